import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import protobuf from 'protobufjs'
import { expect, test } from 'vitest'
import { encodeNodeFrame, type NodeMessage } from '../../../../device-sim/hardware/node-frames.ts'
import { FrameSplitter } from '../../../../gateway/edge/drivers/node-frames/framing.ts'
import { readNodeFrame } from '../../../../gateway/edge/drivers/node-frames/node-frame.ts'

/** The page, the message file, the gateway's decoder and the simulator's encoder say the same. */
const path = (relative: string) => fileURLToPath(new URL(`../../../../${relative}`, import.meta.url))
const page = readFileSync(path('docs/node-frames.md'), 'utf8')
const NodeFrameType = protobuf
  .loadSync(path('gateway/edge/drivers/node-frames/node-frame.proto'))
  .lookupType('gridpatrol.node.v1.NodeFrame')

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
const hex = (data: Uint8Array) =>
  Buffer.from(data)
    .toString('hex')
    .replace(/..(?=.)/g, '$& ')

const examples = [...page.matchAll(/^payload (.+)\ncrc {5}(.+)\nframe {3}(.+)$/gm)].map(
  ([, payload, crc, frame]) => ({ payload: payload!, crc: crc!, frame: frame! }),
)

const MESSAGES: NodeMessage[] = [
  { node: 17, boot: 7, sequence: 1, uptimeS: 0 },
  {
    node: 17,
    boot: 7,
    sequence: 2,
    uptimeS: 3600,
    batteryMv: 3580,
    samples: [
      { metric: 1, value: 215 },
      { metric: 2, value: -1250, ageMs: 60_000 },
    ],
  },
  {
    node: 70_000,
    boot: 2_623_417_665,
    sequence: 300,
    uptimeS: 86_400,
    batteryMv: 0,
    samples: [{ metric: 1, value: 0 }],
    alarm: true,
  },
]

/** What a gateway must read off a message. */
const read = ({ node, boot, sequence, uptimeS, batteryMv, samples = [], alarm = false }: NodeMessage) => ({
  node,
  boot,
  sequence,
  uptimeS,
  ...(batteryMv === undefined ? {} : { batteryMv }),
  samples: samples.map(({ metric, value, ageMs = 0 }) => ({ code: metric, raw: value, ageMs })),
  alarm,
})

function split(...chunks: Uint8Array[]) {
  const payloads: string[] = []
  const faults: string[] = []
  const splitter = new FrameSplitter({
    onPayload: (payload) => payloads.push(hex(payload)),
    onFault: ({ fault }) => faults.push(fault),
  })
  for (const chunk of chunks) splitter.push(chunk)
  return { payloads, faults }
}

test('the page has the examples that are checked here', () => {
  expect(examples).toHaveLength(MESSAGES.length)
})

test.each(MESSAGES.map((message, i) => [message, examples[i]!] as const))(
  'example %#',
  (message, example) => {
    expect(hex(encodeNodeFrame(message))).toBe(example.frame)
    expect(split(bytes(example.frame))).toEqual({ payloads: [example.payload], faults: [] })
    expect(readNodeFrame(bytes(example.payload))).toEqual(read(message))
    // The two bytes before the delimiter: in the examples the stuffing leaves them as they are.
    expect(hex(bytes(example.frame).slice(-3, -1))).toBe(example.crc)
  },
)

test.each(
  [...page.matchAll(/^\| `([0-9a-f ]+)` \| `([0-9a-f ]+)` \|$/gm)].map(([, raw, stuffed]) => [
    raw!,
    stuffed!,
  ]),
)('COBS of %s is %s', (raw, stuffed) => {
  // Such short texts have no checksum: the decoder's word on them is that it is wrong or missing, not 'cobs'.
  const { faults } = split(bytes(`${stuffed} 00`))
  expect(['crc', 'too-short']).toContain(faults[0])
  expect(unstuff(bytes(stuffed))).toEqual([...bytes(raw)])
})

/** By the definition: a block's first byte says where the next block begins; between blocks stands a 00. */
function unstuff(stuffed: Uint8Array): number[] {
  const raw: number[] = []
  for (let at = 0; at < stuffed.length; at += stuffed[at]!) {
    if (at > 0) raw.push(0)
    raw.push(...stuffed.slice(at + 1, at + stuffed[at]!))
  }
  return raw
}

const anyMessage: fc.Arbitrary<NodeMessage> = fc.record(
  {
    node: fc.integer({ min: 1, max: 0xffff_ffff }),
    boot: fc.integer({ min: 1, max: 0xffff_ffff }),
    sequence: fc.integer({ min: 1, max: 0xffff_ffff }),
    uptimeS: fc.integer({ min: 0, max: 0xffff_ffff }),
    batteryMv: fc.integer({ min: 0, max: 100_000 }),
    samples: fc.array(
      fc.record({
        metric: fc.integer({ min: 1, max: 65_535 }),
        value: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
        ageMs: fc.integer({ min: 0, max: 604_800_000 }),
      }),
      { maxLength: 12 },
    ),
    alarm: fc.boolean(),
  },
  { requiredKeys: ['node', 'boot', 'sequence', 'uptimeS'] },
)

test('any message: the message file, the encoder and the decoder agree, however the line is cut', () => {
  fc.assert(
    fc.property(fc.array(anyMessage, { maxLength: 5 }), fc.integer({ min: 1, max: 40 }), (messages, size) => {
      const stream = Buffer.concat(messages.map(encodeNodeFrame))
      const chunks = []
      for (let at = 0; at < stream.length; at += size) chunks.push(stream.subarray(at, at + size))
      const { payloads, faults } = split(...chunks)
      expect(faults).toEqual([])
      expect(payloads.map((payload) => readNodeFrame(bytes(payload)))).toEqual(messages.map(read))
      const byMessageFile = messages.map(({ uptimeS, ...rest }) =>
        hex(
          NodeFrameType.encode(
            NodeFrameType.fromObject({
              version: 1,
              uptimeS,
              ...rest,
              samples: rest.samples ?? [],
            }),
          ).finish(),
        ),
      )
      expect(byMessageFile.map((payload) => readNodeFrame(bytes(payload)))).toEqual(messages.map(read))
    }),
  )
})
