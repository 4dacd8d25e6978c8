import { Duplex } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { answerLength, RtuPort } from '../../../../gateway/edge/drivers/modbus/rtu-port.ts'

// Modbus Application Protocol 1.1b3, 6.3: registers 107 to 109, here of slave 17.
const REQUEST = Buffer.from('1103006b00037687', 'hex')
const ANSWER = Buffer.from('110306ae415652434049ad', 'hex')
const EXCEPTION = Buffer.from('118302c134', 'hex')

/** A port that has just asked; `say` is what the line brings. */
function asked() {
  const line = new Duplex({
    read() {},
    write(_bytes, _encoding, written) {
      written()
    },
  })
  const port = new RtuPort(line)
  const answers: string[] = []
  port.on('data', (frame: Buffer) => answers.push(frame.toString('hex')))
  port.write(REQUEST)
  return { port, answers, say: (bytes: Uint8Array) => line.emit('data', Buffer.from(bytes)) }
}

test('lengths of answers', () => {
  expect([answerLength(3, 3), answerLength(4, 125), answerLength(1, 8), answerLength(2, 9)]).toEqual([
    11, 255, 6, 7,
  ])
})

test.each([
  ['the answer', [ANSWER], ANSWER],
  ['an exception', [EXCEPTION], EXCEPTION],
  ['the answer after its echo', [REQUEST, ANSWER], ANSWER],
  ['the answer after a damaged one', [ANSWER.with(4, 0), ANSWER], ANSWER],
])('%s is given out', (_, said, frame) => {
  const { answers, say } = asked()
  for (const bytes of said) say(bytes)
  expect(answers).toEqual([frame.toString('hex')])
})

test.each([
  ['another slave', Buffer.from('120306ae415652434049e9', 'hex')],
  ['the echo alone', REQUEST],
  ['an answer without its end', ANSWER.subarray(0, -1)],
  ['a damaged answer', ANSWER.with(4, 0)],
])('%s is no answer', (_, bytes) => {
  const { port, answers, say } = asked()
  say(bytes)
  expect(answers).toEqual([])
  expect(port.heardBytes).toBe(bytes.length)
})

test('one request has one answer; what comes later is counted', () => {
  const { port, answers, say } = asked()
  say(ANSWER)
  say(ANSWER)
  expect(answers).toHaveLength(1)
  expect(port.takeSkippedBytes()).toBe(ANSWER.length)
})

/** Noise that cannot be the answer by chance: slave 17 is not in it. */
const noise = fc
  .uint8Array({ maxLength: 600 })
  .map((bytes) => bytes.map((byte) => (byte === 0x11 ? 0 : byte)))

test('in any noise, cut anywhere, the answer is found', () => {
  fc.assert(
    fc.property(noise, noise, fc.integer({ min: 1, max: 40 }), (before, after, size) => {
      const { port, answers, say } = asked()
      const bytes = Buffer.concat([before, ANSWER, after])
      for (let at = 0; at < bytes.length; at += size) say(bytes.subarray(at, at + size))
      expect(answers).toEqual([ANSWER.toString('hex')])
      expect(port.takeSkippedBytes()).toBe(before.length + after.length)
    }),
  )
})

test('random bytes never throw and are not kept for ever', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 5 }), (chunks) => {
      const { port, say } = asked()
      for (const chunk of chunks) say(chunk)
      expect(port.heardBytes).toBe(chunks.reduce((sum, { length }) => sum + length, 0))
    }),
  )
})
