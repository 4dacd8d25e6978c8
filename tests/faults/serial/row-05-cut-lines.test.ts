import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eventually, ptyGateway, testPty } from '../pty-gateway.ts'
import { say, seconds, timesOf } from '../receiver.ts'

/** The same cuts each time (Numerical Recipes' generator); a failing run can be repeated. */
function* pieces(bytes: Buffer, longest: number): Generator<Buffer> {
  let state = 20_260_501
  for (let at = 0; at < bytes.length; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const length = 1 + ((state >>> 16) % longest)
    yield bytes.subarray(at, at + length)
    at += length
  }
}

test.each([
  ['into single bytes', 1],
  ['inside fields and checksums', 7],
  ['across sentences', 150],
])('5 lines cut anywhere are joined: %s', async (_, longest) => {
  const pty = testPty()
  const gateway = await ptyGateway(pty.path)
  await pty.ready()
  let sinceRest = 0
  for (const piece of pieces(seconds(0, 20), longest)) {
    pty.write(piece)
    // The gateway reads what was written so far; else the kernel joins the pieces itself.
    if (longest > 1 || ++sinceRest % 3 === 0) await sleep(1)
  }
  await eventually(() => expect(gateway.fixes().map(({ timeMs }) => timeMs)).toEqual(timesOf(0, 20)))
  expect(Object.keys(gateway.port().counters).filter((name) => name.startsWith('rejected'))).toEqual([])
})

test('5 lines cut anywhere are joined: a pause within a sentence that is longer than one between epochs', async () => {
  const pty = testPty()
  const gateway = await ptyGateway(pty.path)
  const bytes = seconds(0, 4)
  const length = bytes.length / 4
  for (let s = 0; s < 4; s++) {
    // After so long the gateway takes the epoch for finished; the sentence goes on all the same.
    const cut = s * length + 20 + s * 25
    await say(pty, bytes.subarray(s * length, cut))
    await sleep(400)
    await say(pty, bytes.subarray(cut, (s + 1) * length))
  }
  await eventually(() => expect(gateway.fixes().map(({ timeMs }) => timeMs)).toEqual(timesOf(0, 4)))
  expect(gateway.counter('sentences')).toBe(8)
})
