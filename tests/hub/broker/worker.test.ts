import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { partOf, takes, upFilter, type Worker } from '../../../gateway/hub/broker/worker.ts'
import { caseReport, fixes, PNG, photoParts, ride, up } from '../gateway-messages.ts'

/** Computed with another implementation of FNV-1a; a change would leave gateways to nobody. */
test.each<[string, number, number]>([
  ['a', 0xe40c292c, 1 << 30],
  ['foobar', 0xbf9cf968, 1 << 30],
])('the hash of %s', (id, hash, of) => expect(partOf(id, of)).toBe(hash % of))

test('every gateway is in exactly one part, and the parts are alike in size', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/), fc.integer({ min: 1, max: 64 }), (id, of) => {
      expect(partOf(id, of)).toBeGreaterThanOrEqual(0)
      expect(partOf(id, of)).toBeLessThan(of)
    }),
  )
  const sizes = [0, 0, 0, 0]
  for (let i = 0; i < 4000; i++) sizes[partOf(`ebike-${String(i).padStart(4, '0')}`, 4)]!++
  expect(Math.min(...sizes)).toBeGreaterThan(900)
})

const track = up('ebike-01', 1, fixes(ride(3)))
const report = up('ebike-01', 2, { lane: 'case', report: caseReport('raised', 1) })
const photo = up('ebike-01', 3, { lane: 'photo', part: photoParts(PNG, 1)[0]! })
const nonsense = Buffer.from('nonsense')
const mine = partOf('ebike-01', 4)
const workers: [string, Worker | undefined, string, boolean[]][] = [
  ['a hub alone', undefined, 'gridpatrol/v1/+/up', [true, true, true, true]],
  [
    'one that shares',
    { group: 'city', by: 'share', role: 'tracks' },
    '$share/city/gridpatrol/v1/+/up',
    [true, false, false, true],
  ],
  [
    'the ledger of a share',
    { group: 'city', by: 'share', role: 'ledger' },
    'gridpatrol/v1/+/up',
    [false, true, true, false],
  ],
  [
    'the part of the gateway',
    { group: 'parts', by: 'partition', role: 'tracks', index: mine, of: 4 },
    'gridpatrol/v1/+/up',
    [true, false, false, true],
  ],
  [
    'another part',
    { group: 'parts', by: 'partition', role: 'tracks', index: (mine + 1) % 4, of: 4 },
    'gridpatrol/v1/+/up',
    [false, false, false, false],
  ],
  [
    'the ledger of the parts',
    { group: 'parts', by: 'partition', role: 'ledger', of: 4 },
    'gridpatrol/v1/+/up',
    [false, true, true, false],
  ],
]

describe('of fixes, a case, a photo and nonsense', () => {
  test.each(workers)('%s takes what is its own', (_name, worker, filter, expected) => {
    expect(upFilter(worker)).toBe(filter)
    expect([track, report, photo, nonsense].map((payload) => takes(worker, 'ebike-01', payload))).toEqual(
      expected,
    )
  })
})
