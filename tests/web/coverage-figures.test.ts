import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { en } from '../../dashboards/web/src/i18n/en.ts'
import { quantities } from '../../dashboards/web/src/i18n/quantities.ts'
import { zh } from '../../dashboards/web/src/i18n/zh.ts'
import { rolledUpFigure, whyText } from '../../dashboards/web/src/patrol-coverage/figure.ts'
import {
  districtOf,
  includesGrid,
  pathTo,
  sharesOfUnits,
} from '../../dashboards/web/src/patrol-coverage/grid-tree.ts'
import { localDay, todaysShiftHours } from '../../dashboards/web/src/patrol-coverage/shift-hours.ts'
import {
  leastCoveredFirst,
  offLineM,
  partState,
  stretchesOf,
} from '../../dashboards/web/src/patrol-coverage/street-parts.ts'
import type { StreetPartCoverage } from '../../proto/patrol-http.ts'

const chinese = { language: 'zh' as const, t: zh, q: quantities('zh') }
const english = { language: 'en' as const, t: en, q: quantities('en') }
const HOUR_MS = 3_600_000

describe('why the figure is what it is', () => {
  const figure = {
    policy: 'road' as const,
    coverage: 0.785,
    cannotTell: 0.05,
    all: 4100,
    done: 3218,
    unsure: 205,
  }
  test('the formula with its numbers, in both languages', () => {
    expect(whyText(figure, english)).toEqual([
      'covered 3.2 km of 4.1 km = 78.5%',
      'Another 205 m (5.0%) cannot be told and are not counted',
    ])
    expect(whyText(figure, chinese)).toEqual([
      '已巡 3.2 km ÷ 道路总长 4.1 km = 78.5%',
      '另有 205 m（5.0%）无法判断，不计入已覆盖',
    ])
  })

  test('what could all be told has one line', () => {
    expect(whyText({ ...figure, cannotTell: 0, unsure: 0 }, chinese)).toHaveLength(1)
  })

  test('amounts of a higher grid follow from its shares', () => {
    const of = { grid: '310101', level: 'district' as const, coverage: 0.25, cannotTell: 0.1, of: 800 }
    expect(rolledUpFigure('area', of)).toMatchObject({ all: 800, done: 200, unsure: 80 })
    expect(whyText(rolledUpFigure('visits', { ...of, of: 7 }), chinese)[0]).toBe(
      '计入 1.8 次 ÷ 要求 7 次 = 25.0%（每处最多计到要求的次数）',
    )
  })
})

describe('levels of grids', () => {
  test('from the district down', () => {
    expect(pathTo('310101002003001')).toEqual(['310101', '310101002', '310101002003', '310101002003001'])
    expect(pathTo('310101')).toEqual(['310101'])
    expect(districtOf(['310101002003001', '310102002003001', '310102002003002'])).toBe('310102')
    expect(districtOf([])).toBeUndefined()
  })

  test('a unit grid takes the share of the nearest grid above it', () => {
    const share = (grid: string, coverage: number) => ({
      grid,
      level: 'street' as const,
      coverage,
      cannotTell: 0,
      of: 1,
    })
    const shares = sharesOfUnits(
      [share('310101', 0.1), share('310101002', 0.5)],
      ['310101002003001', '310101003001001', '999999000000000'],
    )
    expect([...shares]).toEqual([
      ['310101002003001', 0.5],
      ['310101003001001', 0.1],
    ])
  })

  test('a beat holds whole codes and beginnings of codes', () => {
    expect(includesGrid(['310101002'], '310101002003001')).toBe(true)
    expect(includesGrid(['310101002003001'], '310101002003001')).toBe(true)
    expect(includesGrid(['310101003', '310101002003002'], '310101002003001')).toBe(false)
    expect(includesGrid([], '310101002003001')).toBe(false)
  })
})

/** East along the equator, where a degree is 111.2 km. */
const part = (change: Partial<StreetPartCoverage>): StreetPartCoverage => ({
  part: 'way-1/0',
  street: 'way-1',
  lengthM: 111.2,
  coveredM: 111.2,
  cannotTellM: 0,
  passes: 1,
  missing: [],
  line: [0, 0, 0.0005, 0, 0.001, 0],
  ...change,
})

describe('street parts', () => {
  test.each([
    ['covered', {}],
    ['covered', { coveredM: 107 }],
    ['partly', { coveredM: 60 }],
    ['missed', { coveredM: 2 }],
    ['cannot-tell', { coveredM: 0, cannotTellM: 80 }],
    ['partly', { coveredM: 70, cannotTellM: 41 }],
    ['covered', { lengthM: 0, coveredM: 0 }],
  ] as const)('%s: %j', (state, change) => expect(partState(part(change))).toBe(state))

  test('least covered first, then the longest', () => {
    const sorted = [
      part({ part: 'a', coveredM: 50 }),
      part({ part: 'b', coveredM: 0 }),
      part({ part: 'c', coveredM: 0, lengthM: 400 }),
    ].sort(leastCoveredFirst)
    expect(sorted.map((one) => one.part)).toEqual(['c', 'b', 'a'])
  })

  test('is cut where what is known of it changes', () => {
    const stretches = stretchesOf(part({ coveredM: 50, missing: [[20, 60]], uncertain: [[80, 95]] }))
    expect(stretches.map(({ state }) => state)).toEqual([
      'covered',
      'missed',
      'covered',
      'cannot-tell',
      'covered',
    ])
    const lon = (metres: number) => metres / 111_195
    expect(stretches[1]!.path[0]![0]).toBeCloseTo(lon(20), 7)
    expect(stretches[1]!.path).toHaveLength(3)
    expect(stretches[1]!.path.at(-1)![0]).toBeCloseTo(lon(60), 7)
  })

  test('the pieces follow one another from end to end, whatever is marked', () => {
    const stretch = fc.tuple(fc.integer({ min: -20, max: 150 }), fc.integer({ min: 0, max: 150 }))
    const marked = fc.array(
      stretch.map(([from, length]) => [from, from + length] as [number, number]),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(marked, marked, (missing, uncertain) => {
        const stretches = stretchesOf(part({ coveredM: 50, missing, uncertain }))
        expect(stretches[0]!.path[0]).toEqual([0, 0])
        for (let index = 1; index < stretches.length; index++)
          expect(stretches[index]!.path[0]![0]).toBeCloseTo(stretches[index - 1]!.path.at(-1)![0], 9)
        expect(stretches.at(-1)!.path.at(-1)![0]).toBeCloseTo(0.001, 9)
      }),
    )
  })

  test('nothing is called covered where most of it cannot be told and the hub names no stretches', () => {
    const states = stretchesOf(part({ coveredM: 5, cannotTellM: 90, missing: [[0, 10]] })).map(
      ({ state }) => state,
    )
    expect(new Set(states)).toEqual(new Set(['cannot-tell']))
  })

  test('a place beside a line is as far from it as its foot', () => {
    const line: [number, number][] = [
      [0, 0],
      [0.001, 0],
    ]
    expect(offLineM(line, 0.0005, 0.0001)).toBeCloseTo(11.1, 1)
    expect(offLineM(line, 0.002, 0)).toBeCloseTo(111.2, 1)
    expect(offLineM([], 0, 0)).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('the hours of today’s shifts', () => {
  const noonMs = new Date(2026, 4, 1, 12).getTime()
  const shift = (fromHour: number, toHour: number) => ({
    from: new Date(2026, 4, 1, fromHour).toISOString(),
    to: new Date(2026, 4, 1, toHour).toISOString(),
  })

  test('from the first that has begun, up to now', () => {
    expect(todaysShiftHours([shift(8, 16), shift(7, 11), shift(16, 24)], noonMs)).toEqual({
      fromMs: noonMs - 5 * HOUR_MS,
      toMs: noonMs,
    })
  })

  test('to the end of the last one where all are over', () => {
    expect(todaysShiftHours([shift(6, 10)], noonMs)).toEqual({
      fromMs: noonMs - 6 * HOUR_MS,
      toMs: noonMs - 2 * HOUR_MS,
    })
  })

  test('the day so far without a shift that has begun', () => {
    const { fromMs } = localDay(noonMs)
    for (const shifts of [[], [shift(14, 18)]])
      expect(todaysShiftHours(shifts, noonMs)).toEqual({ fromMs, toMs: noonMs })
  })
})
