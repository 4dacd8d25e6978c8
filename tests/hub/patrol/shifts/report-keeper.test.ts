import pino from 'pino'
import { expect, test, vi } from 'vitest'
import { Pace } from '../../../../gateway/hub/patrol/shifts/pace.ts'
import { StoreUnavailable } from '../../../../gateway/hub/stores/track-store.ts'
import { testFolder } from '../../../test-folder.ts'
import { eventually } from '../../eventually.ts'
import { clockAt, HOUR_MS, openJudge } from './made-judge.ts'
import { honestRide, SHIFT } from './made-shift.ts'

const AFTER_MS = SHIFT.toMs + HOUR_MS
const DAY_MS = 24 * HOUR_MS
const daysAgo = (days: number) => ({ fromMs: SHIFT.fromMs - days * DAY_MS, toMs: SHIFT.toMs - days * DAY_MS })

/** What was logged at `warn` and above, as "level message". */
function listeningLog() {
  const said: string[] = []
  const write = (line: string): void => {
    const { level, msg } = JSON.parse(line) as { level: number; msg: string }
    said.push(`${level >= 50 ? 'error' : level >= 40 ? 'warn' : 'info'} ${msg}`)
  }
  return { said, log: pino({ level: 'info' }, { write }) }
}

/** Lets the keeper look at the plan a few more times. */
async function looks(due: { mock: { calls: unknown[] } }, times = 3): Promise<void> {
  const before = due.mock.calls.length
  await eventually(() => expect(due.mock.calls.length).toBeGreaterThanOrEqual(before + times))
}

test('shifts of the last 31 days that are over, the last ones first, one at a time', async () => {
  clockAt(AFTER_MS)
  const judgedInOrder: string[] = []
  let atOnce = 0
  const { planned, kept, judged, keeper, write } = openJudge(testFolder(), {
    coverageOf: async (shift, _, turn) => {
      expect(++atOnce).toBe(1)
      judgedInOrder.push(shift.id)
      await turn()
      atOnce--
      return {}
    },
  })
  const due = vi.spyOn(judged, 'due')
  await write('bike-1', honestRide())
  const old = planned(daysAgo(32))
  const lastMonth = planned(daysAgo(30))
  const yesterday = planned(daysAgo(1))
  const today = planned()
  const stillRunning = planned({ device: 'bike-2', toMs: AFTER_MS + HOUR_MS })
  const justOver = planned({ device: 'bike-3', toMs: AFTER_MS - 60_000 })
  keeper().start()
  await eventually(() => expect(kept.find(lastMonth.id)).toBeDefined())
  expect(judgedInOrder).toEqual([today, yesterday, lastMonth].map(({ id }) => id))
  await looks(due, 40)
  expect(judgedInOrder).toHaveLength(3)
  for (const { id } of [old, stillRunning, justOver]) expect(kept.find(id)).toBeUndefined()
})

test('nothing is looked at where nothing is planned', async () => {
  clockAt(AFTER_MS)
  const { plan, judged, kept, planned, keeper } = openJudge(testFolder())
  const shift = planned()
  await judged.judge(shift)
  plan.delete(shift.id)
  const isEmpty = vi.spyOn(plan, 'isEmpty')
  const between = vi.spyOn(plan, 'between')
  keeper().start()
  await looks(isEmpty)
  expect(between).not.toHaveBeenCalled()
  // An empty plan may be a plan that was lost.
  expect(kept.find(shift.id)).toBeDefined()
})

test('late fixes, once no more come', async () => {
  clockAt(AFTER_MS)
  const { planned, kept, judged, keeper, write } = openJudge(testFolder())
  const due = vi.spyOn(judged, 'due')
  const ride = honestRide()
  await write('bike-1', ride.slice(0, 1000))
  const { id } = planned()
  keeper().start()
  await eventually(() => expect(kept.find(id)?.fixes).toBe(1000))
  await write('bike-1', ride.slice(1000))
  await looks(due, 40)
  expect(kept.find(id)).toMatchObject({ fixes: 1000, lateMs: expect.any(Number) })
  vi.setSystemTime(Date.now() + 180_000)
  await eventually(() => expect(kept.find(id)?.fixes).toBe(3600))
  expect(kept.find(id)).not.toHaveProperty('lateMs')
})

test('the report of a shift that is deleted goes', async () => {
  clockAt(AFTER_MS)
  const { plan, planned, kept, keeper } = openJudge(testFolder())
  const [stays, goes] = [planned(), planned({ device: 'bike-2' })]
  keeper().start()
  await eventually(() => expect(kept.find(stays.id) && kept.find(goes.id)).toBeDefined())
  plan.delete(goes.id)
  await eventually(() => expect(kept.find(goes.id)).toBeUndefined())
  expect(kept.find(stays.id)).toBeDefined()
})

test('stops in the middle of a shift, of which nothing is kept', async () => {
  clockAt(AFTER_MS)
  const turns = { count: 0 }
  const { planned, kept, judged, keeper, write } = openJudge(testFolder(), {
    coverageOf: async (_shift, _track, turn) => {
      for (;;) {
        await turn()
        turns.count++
      }
    },
  })
  await write('bike-1', honestRide())
  const { id } = planned()
  const made = keeper()
  made.start()
  await eventually(() => expect(turns.count).toBeGreaterThan(5))
  const judge = vi.spyOn(judged, 'judge')
  await made.close()
  const { count } = turns
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(turns.count).toBe(count)
  expect(judge).not.toHaveBeenCalled()
  expect(kept.find(id)).toBeUndefined()
})

test('a store that is away is named once, and asked until it is back', async () => {
  clockAt(AFTER_MS)
  const { said, log } = listeningLog()
  let asked = 0
  const { planned, kept, keeper, write } = openJudge(testFolder(), {
    readFrom: (store) => ({
      devicesBetween: (...range) => store.devicesBetween(...range),
      readTrack: async (...wanted) => {
        if (++asked < 5) throw new StoreUnavailable('connection refused')
        return store.readTrack(...wanted)
      },
    }),
    keeper: { log },
  })
  await write('bike-1', honestRide())
  const { id } = planned()
  keeper().start()
  await eventually(() => expect(kept.find(id)?.figures).toBeDefined())
  expect(said).toEqual([
    'warn shift reports: the store is away, will be tried again',
    'info shift reports: the store is back',
  ])
})

test('a shift that cannot be judged is named once, and holds up no other', async () => {
  clockAt(AFTER_MS)
  const { said, log } = listeningLog()
  const { planned, kept, judged, keeper } = openJudge(testFolder(), {
    coverageOf: async ({ device }) => {
      if (device === 'bike-9') throw new RangeError('grid 1: too large for its cells')
      return {}
    },
    keeper: { log },
  })
  const due = vi.spyOn(judged, 'due')
  const bad = planned({ device: 'bike-9', toMs: SHIFT.toMs + 60_000 })
  const good = planned()
  keeper().start()
  await eventually(() => expect(kept.find(good.id)?.figures).toBeDefined())
  await looks(due, 40)
  expect(said).toEqual(['error shift reports: a shift could not be judged, it is passed over'])
  expect(kept.find(bad.id)).not.toHaveProperty('figures')
})

test('a rest ends at once where work is to stop', async () => {
  const stopping = new AbortController()
  const pace = new Pace(0.25, stopping.signal)
  const resting = pace.sleep(HOUR_MS)
  stopping.abort()
  await expect(resting).rejects.toThrow('aborted')
  await expect(pace.turn()).rejects.toThrow('aborted')
})
