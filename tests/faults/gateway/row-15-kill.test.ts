import { cpSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { testFolder } from '../../test-folder.ts'
import { hearingHub } from '../hearing-hub.ts'
import { eventually, outboxOf } from '../pty-gateway.ts'
import { expectNoneDoubled, expectOneStory, reportingGateway } from './reporting-gateway.ts'

/**
 * 15: `kill -9` at any moment. What was kept is sent after the next start, nothing twice under two names; a case that
 * stood is told on under its id. The operator sees that the gateway was away, and nothing else.
 */

const KILLS = 4
/** Mulberry32: the same moments in each run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

test('15 kill -9: all that was kept arrives, each record once', async () => {
  const hub = await hearingHub()
  const data = testFolder()
  const gateway = reportingGateway(hub.url, data)
  const random = seeded(15)
  const kept: number[] = []
  for (let i = 0; i < KILLS; i++) {
    const running = await gateway.start()
    gateway.tilt(40)
    const before = hub.bodies().length
    await eventually(() => expect(hub.bodies().length).toBeGreaterThan(before))
    // The case stands over all the kills that follow.
    if (i === 0) await eventually(() => expect(hub.cases()).not.toEqual([]))
    await sleep(random() * 1500)
    await running.kill()
    // As the killed process left it; opening the original would tidy it up.
    const copy = testFolder()
    cpSync(data, copy, { recursive: true })
    kept.push(
      ...outboxOf(copy)
        .fixes()
        .map(({ timeMs }) => timeMs),
    )
  }
  gateway.tilt(0)
  const running = await gateway.start()
  await eventually(() => expect(hub.fixTimes()).toEqual(expect.arrayContaining(kept)))
  await eventually(() => expect(hub.cases().at(-1)?.event).toBe('cleared'))
  await running.stop()
  const told = hub.health().map(({ storage }) => storage!)
  expect(told.every(({ state, setAside }) => state === 'ok' && setAside === 0)).toBe(true)
  expectOneStory(hub.cases())
  expectNoneDoubled(hub)
}, 60_000)
