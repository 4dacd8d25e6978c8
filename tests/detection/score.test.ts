import { describe, expect, test } from 'vitest'
import type { HappeningTruth } from '../../device-sim/truth.ts'
import { faultKind } from '../../proto/catalogue/catalogue.ts'
import type { CaseEvent, CaseReport } from '../../proto/domain.ts'
import { AIMS, shortfalls } from './aims.ts'
import type { KeptReport } from './gateway-under-test.ts'
import type { Played } from './played.ts'
import { scored } from './scored.ts'

const CODE = '3101010101000001'
const OTHER = '3101010101000002'
const GATEWAY = '3101010601900001'
const START_MS = 1_778_000_000_000

/** A gateway with two covers; seconds from the start. */
function played(truth: Partial<HappeningTruth>[], reports: KeptReport[]): Played {
  const faults = { cover_open: {}, gas_warning: {} }
  return {
    startMs: START_MS,
    lastsMs: 3_600_000,
    devices: [
      {
        id: 'covers',
        kind: 'manhole',
        wired: 'modbus',
        code: GATEWAY,
        components: [
          { code: CODE, sensors: [], faults },
          { code: OTHER, sensors: [], faults },
          { code: GATEWAY, sensors: [], faults: { port_silent: {} } },
        ],
        ports: [{ name: 'bus', silenceMs: 15_000 }],
        heartbeatMs: undefined,
      },
    ],
    truth: truth.map((one) => ({ device: 'covers', component: CODE, what: 'opens', timeMs: 0, ...one })),
    reports,
    warnings: [],
    tookMs: 1,
    steps: 1,
  }
}

const atS = (s: number): number => START_MS + s * 1000
const opens = (fromS: number, toS: number, more: Partial<HappeningTruth> = {}): Partial<HappeningTruth> => ({
  timeMs: atS(fromS),
  untilMs: atS(toS),
  fault: ['cover_open'],
  ...more,
})

interface Said {
  s: number
  event?: CaseEvent
  id?: string
  fault?: string
  component?: string
  evidence?: Partial<NonNullable<CaseReport['evidence']>>
}

function said({
  s,
  event = 'raised',
  id = 'a',
  fault = 'cover_open',
  component = CODE,
  evidence,
}: Said): KeptReport {
  const { raise, clear, holdMs, version } = faultKind(fault)
  const report: CaseReport = {
    caseId: id,
    event,
    revision: 1,
    component,
    fault,
    episode: 1,
    timeMs: atS(s),
    raisedMs: atS(s),
    timeSource: 'system',
    evidence: {
      metric: 'cover_open',
      rule: `${fault}/${version}`,
      raise,
      clear,
      holdMs,
      samples: [{ timeMs: atS(s), value: event === 'cleared' ? 0 : 1 }],
      suppressed: 0,
      context: { flaps: 1 },
      ...evidence,
    },
  }
  return { gateway: 'covers', madeMs: atS(s), keptMs: atS(s) + 80, report }
}

describe('a fault', () => {
  // The hold of cover_open is 3 s.
  const cases: { name: string; reports: Said[]; fault: object }[] = [
    {
      name: 'found, and cleared when it was over',
      reports: [{ s: 103.4 }, { s: 202, event: 'cleared' }],
      fault: { found: true, doubles: 0, latencyMs: 400, clearing: 'right' },
    },
    { name: 'missed', reports: [], fault: { found: false, clearing: 'not-due' } },
    { name: 'raised too late is missed', reports: [{ s: 206 }], fault: { found: false } },
    {
      name: 'raised somewhere else is missed',
      reports: [{ s: 103, component: OTHER }],
      fault: { found: false },
    },
    {
      name: 'raised as another kind is missed',
      reports: [{ s: 103, fault: 'gas_warning' }],
      fault: { found: false },
    },
    {
      name: 'raised twice',
      reports: [
        { s: 103 },
        { s: 120, event: 'cleared' },
        { s: 124, id: 'b' },
        { s: 201, id: 'b', event: 'cleared' },
      ],
      fault: { found: true, doubles: 1, clearing: 'early' },
    },
    { name: 'never cleared', reports: [{ s: 103 }], fault: { clearing: 'missing' } },
    {
      name: 'cleared too late',
      reports: [{ s: 103 }, { s: 260, event: 'cleared' }],
      fault: { clearing: 'missing' },
    },
    {
      name: 'cleared without a sample that shows it',
      reports: [
        { s: 103 },
        { s: 201, event: 'cleared', evidence: { samples: [{ timeMs: atS(201), value: 0.8 }] } },
      ],
      fault: { clearing: 'unproven' },
    },
  ]
  test.each(cases)('$name', ({ reports, fault }) => {
    const result = scored(played([opens(100, 200)], reports.map(said)))
    expect(result.faults).toEqual([expect.objectContaining(fault)])
  })

  test('that comes back while its case stands needs no case of its own', () => {
    const reports = [said({ s: 103 }), said({ s: 300, event: 'cleared' })]
    const { faults } = scored(played([opens(100, 110), opens(120, 130)], reports))
    expect(faults.map(({ found, standing }) => [found, standing])).toEqual([
      [true, false],
      [true, true],
    ])
  })

  test('at the end of the scenario need not be cleared', () => {
    const { faults } = scored(played([{ timeMs: atS(3500), fault: ['cover_open'] }], [said({ s: 3503 })]))
    expect(faults).toMatchObject([{ found: true, clearing: 'not-due' }])
  })

  test('whose begin a trap disturbs, or that creeps up, has no latency', () => {
    const truck = { what: 'truck', timeMs: atS(101), untilMs: atS(102), trap: ['cover_open'] }
    const disturbed = scored(played([opens(100, 200), truck], [said({ s: 105 })]))
    const slow = scored(played([opens(100, 200, { over: 60_000 })], [said({ s: 105 })]))
    for (const { faults } of [disturbed, slow]) {
      expect(faults).toMatchObject([{ found: true }])
      expect(faults[0]).not.toHaveProperty('latencyMs')
    }
  })

  test('of the whole device is looked for at the gateway itself', () => {
    const pulled = {
      component: GATEWAY,
      what: 'unplugged',
      timeMs: atS(100),
      untilMs: atS(400),
      fault: ['port_silent'],
    }
    const { faults } = scored(
      played([pulled], [said({ s: 160.5, fault: 'port_silent', component: GATEWAY })]),
    )
    expect(faults).toMatchObject([{ component: GATEWAY, found: true, latencyMs: 500 }])
  })

  test('at a component that is not watched for it is a mistake of the scenario', () => {
    expect(() => scored(played([opens(100, 200, { fault: ['lamp_out'] })], []))).toThrow(/not watched/)
  })
})

describe('a case of no fault', () => {
  const truck = { what: 'truck', timeMs: atS(100), untilMs: atS(101.5), trap: ['cover_open'] }
  test('is false, and put to the trap that it fell into', () => {
    const result = scored(played([truck], [said({ s: 104 }), said({ s: 900, id: 'b' })]))
    expect(result.falseCases.map(({ trap }) => trap)).toEqual(['truck', undefined])
    expect(result.traps).toMatchObject([{ what: 'truck', fooled: 1 }])
  })

  test('a trap of another kind, place or time has not fooled it', () => {
    const traps = [
      { ...truck, trap: ['gas_warning'] },
      { ...truck, component: OTHER },
      { ...truck, timeMs: atS(300), untilMs: atS(301) },
    ]
    const result = scored(played(traps, [said({ s: 104 })]))
    expect(result.traps.map(({ fooled }) => fooled)).toEqual([0, 0, 0])
    expect(result.falseCases).toMatchObject([{ kind: 'cover_open', component: CODE }])
  })

  test('a trap that happens to the device tempts all of its components', () => {
    const noise = { ...truck, component: GATEWAY }
    expect(scored(played([noise], [said({ s: 104, component: OTHER })])).traps).toMatchObject([{ fooled: 1 }])
  })
})

describe('evidence', () => {
  test.each<[string, NonNullable<Said['evidence']>]>([
    ['no samples', { samples: [] }],
    ['rule cover_open/0', { rule: 'cover_open/0' }],
    [
      'samples out of order',
      {
        samples: [
          { timeMs: 2, value: 1 },
          { timeMs: 1, value: 1 },
        ],
      },
    ],
    ['a sample that is no number', { samples: [{ timeMs: 2, value: Number.NaN }] }],
    ['thresholds or hold', { holdMs: Number.NaN }],
    ['the count of what was suppressed', { suppressed: -1 }],
    ['context', { context: {} }],
  ])('%s', (lack, evidence) => {
    expect(scored(played([opens(100, 200)], [said({ s: 103, evidence })])).incomplete).toEqual([
      `cover_open a raised: ${lack}`,
    ])
  })
})

describe('aims', () => {
  const result = (reports: Said[]) => new Map([['s', scored(played([opens(100, 200)], reports.map(said)))]])
  const cleared: Said = { s: 201, event: 'cleared' }
  test.each<[string, Said[], string[]]>([
    ['all is well', [{ s: 103.5 }, cleared], []],
    ['missed', [], ['cover_open: 1 of 1 missed', 'missed: cover_open (opens), s at 100.0 s']],
    [
      'late',
      [{ s: 103 + AIMS.latencyMs / 1000 + 0.5 }, cleared],
      ['late by 1500 ms: cover_open, s at 100.0 s'],
    ],
    [
      'false',
      [{ s: 103 }, cleared, { s: 900, id: 'b' }],
      ['precision 0.5000: expected at least 0.99', 'false: cover_open, s at 900.0 s'],
    ],
    ['not cleared', [{ s: 103 }], ['clearing missing: cover_open, s at 100.0 s']],
  ])('%s', (_, reports, expected) => expect(shortfalls(result(reports))).toEqual(expected))

  test('what is ambiguous is not asked for', () => {
    const [scores] = [...result([]).values()]
    expect(shortfalls(new Map([['trucks-behind-bad-radio', scores!]]))).toEqual([])
  })
})
