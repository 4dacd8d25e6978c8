import { beforeAll, describe, expect, test } from 'vitest'
import { CATALOGUE } from '../../proto/catalogue/catalogue.ts'
import { AMBIGUOUS, QUICK, type Scores, shortfalls } from './aims.ts'
import { playAll } from './suite.ts'
import { tally, tallyByKind } from './tally.ts'

/** The part of the suite that every test run plays: the unmodified gateway, in virtual time. */

let scores: Scores
beforeAll(async () => {
  scores = await playAll(QUICK)
}, 15 * 60_000)

test('it has faults of every kind and traps for all, and nothing ambiguous', () => {
  expect(QUICK.filter((name) => name in AMBIGUOUS)).toEqual([])
  expect(tallyByKind(scores.values()).filter(([, { injected }]) => injected === 0)).toEqual([])
  const trapped = new Set([...scores.values()].flatMap(({ traps }) => traps.flatMap(({ kinds }) => kinds)))
  expect(CATALOGUE.faultNamesKnown().filter((kind) => !trapped.has(kind))).toEqual([])
  expect(tally(scores.values()).injected).toBeGreaterThan(450)
})

test('every aim is reached: recall, precision, latency, clearing, evidence', () => {
  expect(shortfalls(scores)).toEqual([])
})

describe('a report', () => {
  test('is safe on disk within 100 ms', () => {
    for (const { keptWithinMs } of scores.values()) expect(keptWithinMs).toBeLessThanOrEqual(100)
  })
})
