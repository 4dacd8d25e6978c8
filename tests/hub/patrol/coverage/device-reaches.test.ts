import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DeviceReaches } from '../../../../gateway/hub/patrol/coverage/device-reaches.ts'
import { policyMakers } from '../../../../gateway/hub/patrol/coverage/makers.ts'
import { eachTrack } from '../../../../gateway/hub/patrol/coverage/survey-tracks.ts'
import { boxOf } from '../../../../gateway/hub/patrol/grids/grid-outline.ts'
import { PatrolGround } from '../../../../gateway/hub/patrol/ground/patrol-ground.ts'
import type { Track } from '../../../../gateway/hub/stores/track-store.ts'
import { loadPatrolRules } from '../../../../proto/catalogue/patrol-rules.ts'
import { firstRowAt } from '../../../../proto/fix-columns.ts'
import { COVERAGE_POLICIES } from '../../../../proto/patrol-http.ts'
import { at, START_MS, trackOfFixes } from '../made-track.ts'
import { rows } from './any-track.ts'
import { component, squareGrid, street } from './made-ground.ts'

const HALF_M = 6000
const BLOCK_M = 300
const RANGE = { fromMs: START_MS, toMs: START_MS + 5 * 86_400_000 }

/** Twelve kilometres of streets each way, and in the middle a grid of a few blocks. */
const lines = Array.from({ length: (2 * HALF_M) / BLOCK_M + 1 }, (_, i) => i * BLOCK_M - HALF_M)
const grid = squareGrid('310101001001001', [-300, -300], 600)
const ground = new PatrolGround(
  {
    grids: [grid],
    streets: lines.flatMap((m) => [
      street(`ew${m}`, [
        [-HALF_M, m],
        [HALF_M, m],
      ]),
      street(`ns${m}`, [
        [m, -HALF_M],
        [m, HALF_M],
      ]),
    ]),
    components: [-250, 0, 240].map((m, i) =>
      component(`310101010300000${i}`, [m, m + 10], grid.properties.code),
    ),
  },
  loadPatrolRules(),
)
const policies = policyMakers(() => ground)

/** Whole numbers: of all doubles most lie next to nought. */
const metres = (most: number) => fc.integer({ min: -most, max: most })
/** A ride anywhere, with few fixes or many, good ones or poor, now and then a day later. */
const anyRide: fc.Arbitrary<Track> = fc
  .record({
    start: fc.oneof(...[5500, 900].map((m) => fc.tuple(metres(m), metres(m)))),
    intervalS: fc.constantFrom(1, 1, 5, 20),
    tells: fc.boolean(),
    steps: fc.array(
      fc.record({
        turn: fc.constantFrom(0, 0, 0, 0, 1, 2, 3),
        speedMps: fc.constantFrom(0, 3, 5, 12),
        scatterM: fc.tuple(metres(20), metres(20)),
        hdop: fc.constantFrom(0.9, 0.9, 0.9, 4),
        pauseS: fc.constantFrom(0, 0, 0, 0, 0, 0, 300, 80_000),
      }),
      { minLength: 5, maxLength: 80 },
    ),
  })
  .map(({ start, intervalS, tells, steps }) => {
    let [eastM, northM] = start.map((m) => Math.round(m / BLOCK_M) * BLOCK_M) as [number, number]
    let [heading, timeMs] = [0, START_MS]
    return trackOfFixes(
      steps.map(({ turn, speedMps, scatterM, hdop, pauseS }) => {
        heading = (heading + turn) % 4
        const wayM = speedMps * intervalS
        eastM += wayM * [0, 1, 0, -1][heading]!
        northM += wayM * [1, 0, -1, 0][heading]!
        timeMs += (intervalS + pauseS) * 1000
        const told = tells ? { speedMps, courseDeg: heading * 90 } : {}
        return { timeMs, ...at(eastM + scatterM[0], northM + scatterM[1]), hdop, ...told }
      }),
    )
  })

const storeOf = (tracks: readonly Track[]) => {
  const read: string[] = []
  return {
    read,
    devicesBetween: async () => tracks.filter(({ count }) => count > 0).map(({ device }) => device),
    async readTrack(device: string, fromMs: number, toMs: number) {
      read.push(device)
      const track = tracks.find((each) => each.device === device)!
      return rows(track, firstRowAt(track, fromMs), firstRowAt(track, toMs))
    },
  }
}

describe.each(COVERAGE_POLICIES)('%s', (policy) => {
  test('of one grid: the same without those who never came near', async () => {
    let [surveyed, all] = [0, 0]
    await fc.assert(
      fc.asyncProperty(fc.array(anyRide, { minLength: 1, maxLength: 6 }), async (rides) => {
        const tracks = rides.map((ride, i) => ({ ...ride, device: `bike-${i}` }))
        const store = storeOf(tracks)
        const whole = policies[policy]([grid], RANGE)
        await eachTrack(store, RANGE, (track) => whole.add(track))
        const reaches = new DeviceReaches()
        for (const round of ['first', 'known']) {
          const near = policies[policy]([grid], RANGE)
          const given = new Set<string>()
          const take = (track: Track) => {
            given.add(track.device)
            near.add(track)
          }
          await eachTrack(store, RANGE, take, { reaches, box: boxOf([grid]) })
          expect({ round, figures: near.result() }).toEqual({ round, figures: whole.result() })
          expect(near.detail(grid.properties.code)).toEqual(whole.detail(grid.properties.code))
          surveyed += given.size
          all += tracks.length
        }
      }),
      { numRuns: 40 },
    )
    // Otherwise nothing was tried.
    expect(surveyed).toBeLessThan(all)
    expect(surveyed).toBeGreaterThan(0)
  })
})

describe('what is known of a device', () => {
  const far = trackOfFixes([{ timeMs: START_MS, ...at(2900, 2900) }], 'far')
  const box = boxOf([grid])
  const known = async () => {
    const reaches = new DeviceReaches()
    await eachTrack(storeOf([far]), RANGE, () => {}, { reaches })
    return reaches
  }

  test('spares the next question the reading', async () => {
    const store = storeOf([far])
    await eachTrack(store, RANGE, () => expect.unreachable(), { reaches: await known(), box })
    expect(store.read).toEqual([])
  })

  test('is forgotten once a fix of the range is stored, and only then', async () => {
    const reaches = await known()
    const fix = (timeMs: number) => [{ timeMs, ...at(0, 0) }]
    reaches.noticed('far', fix(RANGE.fromMs - 1))
    reaches.noticed('far', fix(RANGE.toMs))
    reaches.noticed('other', fix(RANGE.fromMs))
    expect(reaches.mayTouch(RANGE, 'far', box)).toBe(false)
    expect(reaches.mayTouch({ ...RANGE, toMs: RANGE.toMs + 1 }, 'far', box)).toBeUndefined()
    reaches.noticed('far', fix(RANGE.toMs - 1))
    expect(reaches.mayTouch(RANGE, 'far', box)).toBeUndefined()
  })

  test('is not believed where a fix was stored while it was read', async () => {
    const reaches = new DeviceReaches()
    const reading = reaches.reading(RANGE, 'far')
    reading.add(far)
    reaches.noticed('far', [{ timeMs: RANGE.fromMs, ...at(0, 0) }])
    reading.done()
    expect(reaches.mayTouch(RANGE, 'far', box)).toBeUndefined()
  })
})
