import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ReceiverChoice } from '../../../gateway/edge/receivers/receiver-choice.ts'
import { ReceiverChoiceConfig } from '../../../gateway/edge/receivers/receiver-choice-config.ts'
import type { Fix } from '../../../proto/domain.ts'

const RULES = ReceiverChoiceConfig.parse({})
const START_MS = Date.UTC(2026, 4, 1, 8)
const PLACE = { lat: 31.23, lon: 121.47 }
const isGood = ({ quality }: Fix): boolean => quality !== 'estimated'

/** When, by the monotonic clock; the time that the fix says is the same unless given. */
interface Event {
  port: string
  atMs: number
  fix?: Partial<Fix>
}

interface Outcome {
  fixes: { port: string; atMs: number; timeMs: number }[]
  switches: { atMs: number; to: string; from: string; reason: string }[]
  disagreements: { atMs: number; other: string; distanceM: number }[]
  choice: ReceiverChoice
}

function run(ports: { name: string; priority: number }[], events: Event[]): Outcome {
  let now: Event = { port: '', atMs: 0 }
  const outcome: Omit<Outcome, 'choice'> = { fixes: [], switches: [], disagreements: [] }
  const choice = new ReceiverChoice(ports, RULES, isGood, {
    onFix: ({ timeMs }) => outcome.fixes.push({ port: now.port, atMs: now.atMs, timeMs: timeMs - START_MS }),
    onSwitch: (change) => outcome.switches.push({ atMs: now.atMs, ...change }),
    onDisagreement: ({ other, distanceM }) =>
      outcome.disagreements.push({ atMs: now.atMs, other, distanceM }),
  })
  for (const event of events.toSorted((a, b) => a.atMs - b.atMs)) {
    now = event
    choice.push(event.port, { timeMs: START_MS + event.atMs, ...PLACE, ...event.fix }, event.atMs)
  }
  return { ...outcome, choice }
}

/** One fix a second from one time to another, `lagMs` behind the second that it is of. */
function every(
  port: string,
  fromS: number,
  toS: number,
  lagMs: number,
  fix?: (s: number) => Partial<Fix>,
): Event[] {
  const events: Event[] = []
  for (let s = fromS; s < toS; s++)
    events.push({ port, atMs: s * 1000 + lagMs, fix: { timeMs: START_MS + s * 1000, ...fix?.(s) } })
  return events
}

const TWO = [
  { name: 'main', priority: 1 },
  { name: 'spare', priority: 2 },
]

/** `main 0-9, spare 10-59`: who gave the fixes of which seconds. */
function story({ fixes }: Outcome): string {
  const parts: { port: string; from: number; to: number }[] = []
  for (const { port, timeMs } of fixes) {
    const second = Math.floor(timeMs / 1000)
    const last = parts.at(-1)
    if (last?.port === port && second === last.to + 1) last.to = second
    else parts.push({ port, from: second, to: second })
  }
  return parts.map(({ port, from, to }) => `${port} ${from}-${to}`).join(', ')
}

describe('which receiver is used', () => {
  test.each<[string, Event[], string]>([
    ['both are well', [...every('main', 0, 60, 100), ...every('spare', 0, 60, 200)], 'main 0-59'],
    [
      'the spare one speaks first',
      [...every('main', 0, 60, 300), ...every('spare', 0, 60, 200)],
      'spare 0-31, main 32-59',
    ],
    [
      'the main one falls silent and comes back',
      [...every('main', 0, 20, 100), ...every('main', 40, 100, 100), ...every('spare', 0, 100, 200)],
      'main 0-19, spare 24-69, main 70-99',
    ],
    [
      'the main one is away for less than five seconds',
      [...every('main', 0, 20, 100), ...every('main', 24, 60, 100), ...every('spare', 0, 60, 200)],
      'main 0-19, main 24-59',
    ],
    [
      'the main one gives fixes that nothing measured',
      [
        ...every('main', 0, 60, 100, (s) => (s < 20 ? {} : { quality: 'estimated' })),
        ...every('spare', 0, 60, 200),
      ],
      'main 0-24, spare 25-59',
    ],
    [
      'the main one says the same time again and again',
      [
        ...every('main', 0, 60, 100, (s) => (s < 20 ? {} : { timeMs: START_MS + 19_000 })),
        ...every('spare', 0, 60, 200),
      ],
      'main 0-19, spare 24-59',
    ],
    [
      'the main one comes back, breaks off, and comes back',
      [
        ...every('main', 0, 20, 100),
        ...every('main', 40, 60, 100),
        ...every('main', 70, 120, 100),
        ...every('spare', 0, 120, 200),
      ],
      'main 0-19, spare 24-99, main 100-119',
    ],
    [
      'the spare one fails while the main one is back for a moment',
      [...every('main', 0, 20, 100), ...every('main', 55, 70, 100), ...every('spare', 0, 58, 200)],
      'main 0-19, spare 24-57, main 63-69',
    ],
    ['only one of them ever speaks', every('spare', 0, 30, 200), 'spare 0-29'],
    ['none is good', every('main', 0, 10, 100, () => ({ quality: 'estimated' })), 'main 0-9'],
    [
      'the first to speak is not good',
      [...every('spare', 0, 30, 50, () => ({ quality: 'estimated' })), ...every('main', 0, 30, 100)],
      'spare 0-1, main 2-29',
    ],
  ])('%s', (_, events, expected) => {
    expect(story(run(TWO, events))).toBe(expected)
  })

  test('of three the next in order takes over', () => {
    const three = [
      { name: 'third', priority: 9 },
      { name: 'first', priority: 1 },
      { name: 'second', priority: 2 },
    ]
    const outcome = run(three, [
      ...every('first', 0, 20, 100),
      ...every('second', 0, 60, 500),
      ...every('third', 0, 60, 300),
    ])
    expect(story(outcome)).toBe('first 0-19, second 24-59')
    expect(outcome.switches).toEqual([{ atMs: 24_500, to: 'second', from: 'first', reason: 'failover' }])
  })

  test('of equals the one that stands first in the file', () => {
    const equals = [
      { name: 'a', priority: 1 },
      { name: 'b', priority: 1 },
    ]
    expect(story(run(equals, [...every('a', 0, 60, 900), ...every('b', 0, 60, 100)]))).toBe('b 0-31, a 32-59')
  })
})

test('changes are counted at the receiver that they go to', () => {
  const { choice, switches } = run(TWO, [
    ...every('main', 0, 20, 100),
    ...every('main', 40, 80, 100),
    ...every('spare', 0, 80, 500),
  ])
  expect(switches).toEqual([
    { atMs: 24_500, to: 'spare', from: 'main', reason: 'failover' },
    { atMs: 70_100, to: 'main', from: 'spare', reason: 'return' },
  ])
  expect(choice.used).toBe('main')
  expect(choice.countsOf('main')).toMatchObject({ switches: 1, overlap: 0 })
  expect(choice.countsOf('spare')).toMatchObject({ switches: 1, overlap: 0 })
})

test('a fix that is not later than the last one handed on is dropped at a change', () => {
  // The main one is half a second behind: when it is taken back, its fix is of a second that the spare one had.
  const outcome = run(TWO, [
    ...every('main', 0, 20, 700),
    ...every('main', 40, 90, 700),
    ...every('spare', 0, 90, 200),
  ])
  const back = outcome.switches.findLast(({ to }) => to === 'main')!
  expect(back.reason).toBe('return')
  expect(outcome.choice.countsOf('main').overlap).toBe(1)
  const seconds = outcome.fixes.map(({ timeMs }) => timeMs)
  expect(new Set(seconds).size).toBe(seconds.length)
  expect(seconds).toEqual(seconds.toSorted((a, b) => a - b))
})

test('a receiver that was years ahead does not keep the others from being heard', () => {
  const { fixes, choice } = run(TWO, [
    ...every('main', 0, 3, 100, (s) => ({ timeMs: Date.UTC(2045, 0, 1) + s * 1000 })),
    ...every('spare', 0, 30, 200),
  ])
  const spare = fixes.filter(({ port }) => port === 'spare')
  // Given up 5 s behind the last fix of the main one, which came at 2.1 s.
  expect(spare[0]!.atMs).toBe(7200)
  expect(spare).toHaveLength(23)
  expect(choice.countsOf('spare')).toMatchObject({ timeSteps: 1, overlap: 0, switches: 1 })
})

test('a receiver that goes back in time goes on after five seconds', () => {
  const { fixes, choice } = run(
    [TWO[0]!, TWO[1]!],
    every('main', 0, 30, 100, (s) => ({ timeMs: START_MS + (s < 10 ? s + 3600 : s) * 1000 })),
  )
  expect(fixes.map(({ atMs }) => Math.floor(atMs / 1000))).toEqual([
    ...Array.from({ length: 10 }, (_, s) => s),
    ...Array.from({ length: 16 }, (_, s) => s + 14),
  ])
  expect(choice.countsOf('main')).toMatchObject({ timeSteps: 1, overlap: 4 })
})

test('receivers that are far apart for long are told of once, and the choice stays', () => {
  // 0.002° of latitude is 222 m.
  const { disagreements, choice, fixes } = run(TWO, [
    ...every('main', 0, 200, 100),
    ...every('spare', 0, 200, 200, (s) => (s >= 50 ? { lat: PLACE.lat + 0.002 } : {})),
  ])
  expect(disagreements).toEqual([{ atMs: 80_200, other: 'spare', distanceM: expect.closeTo(221.8, 0) }])
  expect(choice.countsOf('spare').disagree).toBe(1)
  expect(fixes.every(({ port }) => port === 'main')).toBe(true)
})

test('a port of another device is refused', () => {
  const { choice } = run(TWO, [])
  expect(() => choice.push('other', { timeMs: START_MS, ...PLACE }, 0)).toThrow(
    "port other is none of the device's: expected main, spare",
  )
})

/**
 * Receivers that come and go at any second, each with its own lag behind the second that its fixes are of, some fixes
 * not good, some frozen.
 */
const LENGTH_S = 400
const life = fc
  .record({
    lagMs: fc.integer({ min: 0, max: 900 }),
    priority: fc.integer({ min: 1, max: 3 }),
    stretches: fc.array(
      fc.record({
        lengthS: fc.integer({ min: 1, max: 60 }),
        mode: fc.constantFrom('well', 'well', 'silent', 'not good', 'frozen'),
      }),
      { minLength: 1, maxLength: 20 },
    ),
  })
  .map(({ lagMs, priority, stretches }) => {
    const modes: string[] = []
    for (const { lengthS, mode } of stretches) for (let i = 0; i < lengthS; i++) modes.push(mode)
    return { lagMs, priority, modes: modes.slice(0, LENGTH_S) }
  })

describe('whatever two to four receivers do', () => {
  const lives = fc.array(life, { minLength: 2, maxLength: 4 }).map((receivers) => {
    const ports = receivers.map(({ priority }, i) => ({ name: `gps-${i}`, priority }))
    const events: Event[] = receivers.flatMap(({ modes, lagMs }, i) => {
      let aliveS = 0
      return modes.flatMap((mode, s): Event[] => {
        if (mode === 'silent') return []
        if (mode !== 'frozen') aliveS = s
        const fix: Partial<Fix> = { timeMs: START_MS + aliveS * 1000 }
        if (mode === 'not good') fix.quality = 'estimated'
        return [{ port: `gps-${i}`, atMs: s * 1000 + lagMs, fix }]
      })
    })
    return { receivers, ports, events }
  })

  test('no second is handed on twice, none after a later one', () => {
    fc.assert(
      fc.property(lives, ({ ports, events }) => {
        const { fixes } = run(ports, events)
        fixes.forEach(({ timeMs }, i) => {
          if (i > 0) expect(timeMs).toBeGreaterThan(fixes[i - 1]!.timeMs)
        })
      }),
      { numRuns: 200 },
    )
  })

  test('some fix comes within 5 s + 2 s as long as any receiver is well', () => {
    fc.assert(
      fc.property(lives, ({ receivers, ports, events }) => {
        const { fixes } = run(ports, events)
        // Each further one that is better and has just fallen silent is awaited for a second and a half.
        const withinS = RULES.failoverAfterS + 2 + Math.ceil(1.5 * (receivers.length - 2))
        for (const { modes, lagMs } of receivers)
          for (let s = 0; s + withinS <= modes.length; s++) {
            if (modes.slice(s, s + withinS).some((mode) => mode !== 'well')) continue
            const fromMs = s * 1000 + lagMs
            const toMs = (s + withinS - 1) * 1000 + lagMs
            expect(fixes.some(({ atMs }) => atMs >= fromMs && atMs <= toMs)).toBe(true)
          }
      }),
      { numRuns: 200 },
    )
  })

  test('changes are at least 5 s apart, and back only to one that has been well for 30 s', () => {
    fc.assert(
      fc.property(lives, ({ receivers, ports, events }) => {
        const { switches } = run(ports, events)
        switches.forEach(({ atMs, to, reason }, i) => {
          // The first may be away from a receiver that has never been good.
          if (i > 1) expect(atMs - switches[i - 1]!.atMs).toBeGreaterThanOrEqual(RULES.failoverAfterS * 1000)
          if (reason !== 'return') return
          const { modes, lagMs } = receivers[ports.findIndex(({ name }) => name === to)]!
          const second = (atMs - lagMs) / 1000
          for (let s = second - RULES.returnAfterS; s + 4 <= second; s++)
            expect(modes.slice(s, s + 5)).toContain('well')
        })
      }),
      { numRuns: 200 },
    )
  })
})
