import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type GapCircumstances,
  type GatewayLife,
  typeGaps,
} from '../../../../gateway/hub/patrol/tracks/gap-causes.ts'

type Pair = [number, number]
const span = ([fromMs, toMs]: Pair) => ({ fromMs, toMs })
const ran = (fromMs: number, toMs: number, isStartKnown = true) => ({ fromMs, toMs, isStartKnown })
const life = (over: Partial<GatewayLife> = {}): GatewayLife => ({
  powered: [ran(0, 400), ran(600, 1000)],
  lost: [],
  arrivedMs: 1000,
  isBehind: false,
  ...over,
})
const shifts = [{ ...span([100, 800]), breaks: [span([300, 350])] }]
const typed = (gaps: Pair[], circumstances: GapCircumstances) =>
  typeGaps(gaps.map(span), circumstances).map(({ fromMs, toMs, cause }) => [fromMs, toMs, cause])

test.each<[string, Pair[], GapCircumstances, (string | number)[][]]>([
  ['nothing known', [[0, 100]], {}, [[0, 100, 'unknown']]],
  ['no shift that day', [[0, 100]], { shifts: [], life: life() }, [[0, 100, 'off-duty']]],
  [
    'one gap through the whole day',
    [[50, 900]],
    { shifts, life: life() },
    [
      [50, 100, 'off-duty'],
      [100, 300, 'no-fix'],
      [300, 350, 'paused'],
      [350, 400, 'no-fix'],
      [400, 600, 'no-power'],
      [600, 800, 'no-fix'],
      [800, 900, 'off-duty'],
    ],
  ],
  [
    'without shifts nothing is off duty',
    [[300, 650]],
    { life: life() },
    [
      [300, 400, 'no-fix'],
      [400, 600, 'no-power'],
      [600, 650, 'no-fix'],
    ],
  ],
  [
    'a start that is only its first sign does not say that there was no power before',
    [[300, 650]],
    { life: life({ powered: [ran(0, 400), ran(600, 1000, false)] }) },
    [
      [300, 400, 'no-fix'],
      [400, 600, 'unknown'],
      [600, 650, 'no-fix'],
    ],
  ],
  [
    'before the first sign of a gateway nothing is known of it',
    [[-500, 100]],
    { life: life() },
    [
      [-500, 0, 'unknown'],
      [0, 100, 'no-fix'],
    ],
  ],
  [
    'offline: what was recorded since has not come',
    [[900, 2000]],
    { life: life({ isBehind: true }) },
    [
      [900, 1000, 'no-fix'],
      [1000, 2000, 'no-uplink'],
    ],
  ],
  [
    'a backlog: nobody knows yet whether the gateway ran',
    [[300, 700]],
    { life: life({ isBehind: true, arrivedMs: 400 }) },
    [
      [300, 400, 'no-fix'],
      [400, 700, 'no-uplink'],
    ],
  ],
  ['online and all has come', [[900, 950]], { life: life() }, [[900, 950, 'no-fix']]],
  [
    'the outbox dropped what came after the last fix, as far as the gateway ran',
    [
      [100, 500],
      [650, 700],
    ],
    { life: life({ lost: [span([100, 680])] }) },
    [
      [100, 400, 'no-uplink'],
      [400, 500, 'no-power'],
      [650, 700, 'no-fix'],
    ],
  ],
])('%s', (_, gaps, circumstances, expected) => {
  expect(typed(gaps, circumstances)).toEqual(expected)
})

/** Spans in order that do not overlap. */
const disjoint = (most: number) =>
  fc
    .uniqueArray(fc.integer({ min: 0, max: 500 }), { maxLength: 2 * most })
    .map((edges) => edges.sort((a, b) => a - b))
    .map((edges) =>
      Array.from({ length: edges.length >> 1 }, (_, i) => span([edges[2 * i]!, edges[2 * i + 1]!])),
    )

const circumstances = fc.record({
  shifts: fc.option(
    fc.tuple(disjoint(4), disjoint(6)).map(([list, breaks]) => list.map((shift) => ({ ...shift, breaks }))),
    { nil: undefined },
  ),
  life: fc.option(
    fc
      .record({
        powered: disjoint(5),
        lost: disjoint(3),
        arrivedMs: fc.integer({ min: 0, max: 500 }),
        isBehind: fc.boolean(),
      })
      .map((known) => ({
        ...known,
        powered: known.powered.map((piece) => ({ ...piece, isStartKnown: true })),
      })),
    { nil: undefined },
  ),
})

test('pieces cover exactly the missing time, once, and each moment has the first cause that holds', () => {
  fc.assert(
    fc.property(disjoint(6), circumstances, (gaps, known) => {
      const pieces = typeGaps(gaps, known)
      for (let ms = 0; ms < 500; ms++) {
        const holds = ({ fromMs, toMs }: { fromMs: number; toMs: number }) => ms >= fromMs && ms < toMs
        const here = pieces.filter(holds)
        expect(here).toHaveLength(gaps.some(holds) ? 1 : 0)
        if (here.length === 0) continue
        const { cause } = here[0]!
        const shift = known.shifts?.find(holds)
        if (known.shifts && !shift) expect(cause).toBe('off-duty')
        else if (shift?.breaks.some(holds)) expect(cause).toBe('paused')
        else if (!known.life) expect(cause).toBe('unknown')
        else if (known.life.isBehind && ms >= known.life.arrivedMs) expect(cause).toBe('no-uplink')
        else if (known.life.powered.some(holds)) expect(['no-fix', 'no-uplink']).toContain(cause)
        else expect(['no-power', 'no-uplink', 'unknown']).toContain(cause)
      }
      pieces.slice(1).forEach((piece, i) => {
        expect(piece.fromMs).toBeGreaterThanOrEqual(pieces[i]!.toMs)
        if (piece.fromMs === pieces[i]!.toMs && !gaps.some(({ fromMs }) => fromMs === piece.fromMs))
          expect(piece.cause).not.toBe(pieces[i]!.cause)
      })
    }),
  )
})
