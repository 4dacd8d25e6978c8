/** PUBLISH at QoS 0, as bytes (MQTT 3.1.1 §3.3). @param topic ASCII. @param payload at most 256 MB with its topic. */
export function downPacket(topic: string, payload: Uint8Array): Buffer {
  const length = 2 + topic.length + payload.length
  const lengthBytes: number[] = []
  for (let rest = length; ; ) {
    const low = rest & 0x7f
    rest >>>= 7
    lengthBytes.push(rest > 0 ? low | 0x80 : low)
    if (rest === 0) break
  }
  const packet = Buffer.allocUnsafe(1 + lengthBytes.length + length)
  let at = packet.writeUInt8(0x30)
  for (const byte of lengthBytes) at = packet.writeUInt8(byte, at)
  at = packet.writeUInt16BE(topic.length, at)
  at += packet.write(topic, at, 'latin1')
  packet.set(payload, at)
  return packet
}
