import { expect, test } from 'vitest'
import type { GatewayAccount } from '../../device-sim/load/load-gateway.ts'
import { type Comparison, compare } from './compare.ts'
import type { LoggedBoot } from './stored.ts'

/** A comparison that finds nothing proves nothing unless it would have found something. */

const CASE = '0mo7xu800-0a1b2c3d4e'
const OPEN_CASE = '0mo7xu900-0a1b2c3d4e'

const account: GatewayAccount = {
  gateway: 'load-00001',
  boot: '0123456789ab',
  appended: 9,
  receipted: [[1, 9]],
  byLane: { fix: 3, reading: 2, case: 4 },
  fixes: { count: 90, sum: 4711 },
  component: '3101010101900000',
  readings: 2,
  cases: [
    { id: CASE, revision: 3, open: false },
    { id: OPEN_CASE, revision: 1, open: true },
  ],
}

/** Stores that hold just what the gateway sent. */
const stores = () => ({
  boots: [
    { gateway: account.gateway, boot: account.boot, records: 9, distinct: 9, first: 1, last: 9 },
  ] as LoggedBoot[],
  lanes: new Map([
    ['load-00001 fix', 3],
    ['load-00001 reading', 2],
    ['load-00001 case', 4],
  ]),
  cases: new Map([
    [CASE, { revision: 3, clearedMs: 5 as number | undefined, steps: [1, 2, 3], gateway: account.gateway }],
    [OPEN_CASE, { revision: 1, clearedMs: undefined, steps: [1], gateway: account.gateway }],
  ]),
  fixes: { count: 90, sum: 4711 },
  devices: ['load-00001'],
  readings: new Map([
    ['3101010101900000 tilt_deg', 2],
    ['3101010101900000 battery_pct', 2],
  ]),
})
type Stores = ReturnType<typeof stores>

const compared = (held: Stores, sent = account): Promise<Comparison> =>
  compare({
    accounts: [sent],
    edges: [],
    tracks: {
      fixes: async () => held.fixes,
      devices: async () => held.devices,
      readings: async () => held.readings,
    },
    records: {
      boots: () => held.boots,
      lanes: () => held.lanes,
      cases: () =>
        [...held.cases].map(([id, { steps: _, clearedMs, ...entry }]) => ({
          ...entry,
          id,
          fault: 'cover_tilted',
          episode: 1,
          raisedMs: 1,
          updatedMs: 1,
          photosHere: 0,
          ...(clearedMs === undefined ? {} : { clearedMs }),
        })),
      steps: (id) => held.cases.get(id)!.steps,
      sequences: () => [],
      loggedFixes: () => ({ count: 0, sum: 0 }),
      loggedCases: () => [],
    },
  })

test('stores that hold just what was sent', async () => {
  expect(await compared(stores())).toEqual({
    problems: [],
    records: 9,
    fixes: 90,
    readings: 4,
    cases: 2,
    edges: [],
  })
})

test.each<[string, (held: Stores) => void, RegExp]>([
  ['a record is missing', ({ boots }) => Object.assign(boots[0]!, { records: 8, distinct: 8 }), /intake log/],
  ['a record is there twice', ({ boots }) => Object.assign(boots[0]!, { records: 10 }), /intake log/],
  ['another one in its place', ({ boots }) => Object.assign(boots[0]!, { last: 10 }), /intake log/],
  [
    'another boot in its place',
    ({ boots }) => Object.assign(boots[0]!, { boot: 'ffffffffffff' }),
    /intake log: stored undefined/,
  ],
  ['a lane lacks one', ({ lanes }) => lanes.set('load-00001 fix', 2), /fix records/],
  ['a fix is missing', (held) => Object.assign(held, { fixes: { count: 89, sum: 11 } }), /fixes in InfluxDB/],
  [
    'a fix is elsewhere',
    (held) => Object.assign(held, { fixes: { count: 90, sum: 11 } }),
    /fixes in InfluxDB/,
  ],
  ['a device that sent nothing', ({ devices }) => devices.push('stray'), /sent nothing/],
  ['a reading is missing', ({ readings }) => readings.set('3101010101900000 tilt_deg', 1), /tilt_deg/],
  ['a case is missing', ({ cases }) => cases.delete(CASE), /case 0mo7xu800/],
  [
    'a case stands by an old report',
    ({ cases }) => Object.assign(cases.get(CASE)!, { revision: 2 }),
    /case 0mo/,
  ],
  [
    'a case is still open',
    ({ cases }) => Object.assign(cases.get(CASE)!, { clearedMs: undefined }),
    /case 0mo/,
  ],
  ['a step is missing', ({ cases }) => Object.assign(cases.get(CASE)!, { steps: [1, 3] }), /case 0mo/],
  ['a case that nobody raised', ({ cases }) => cases.set('x', cases.get(CASE)!), /nobody raised/],
])('%s: it is told', async (_name, spoil, told) => {
  const held = stores()
  spoil(held)
  const { problems } = await compared(held)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toMatch(told)
})

test('a record without a receipt is told', async () => {
  const { problems } = await compared(stores(), {
    ...account,
    receipted: [
      [1, 4],
      [6, 9],
    ],
  })
  expect(problems).toEqual(['load-00001: receipted sequences: stored [[1,4],[6,9]], sent [[1,9]]'])
})
