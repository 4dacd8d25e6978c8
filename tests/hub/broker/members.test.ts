import { describe, expect, test } from 'vitest'
import { Members, memberJson, memberTopic } from '../../../gateway/hub/broker/members.ts'
import type { Worker } from '../../../gateway/hub/broker/worker.ts'
import { parseGatewayTopic } from '../../../proto/topics.ts'

const shares: Worker = { group: 'city', by: 'share', role: 'tracks' }
const ledger: Worker = { group: 'city', by: 'share', role: 'ledger' }
const part = (index: number, of = 2): Worker => ({
  group: 'parts',
  by: 'partition',
  role: 'tracks',
  index,
  of,
})
const partsLedger: Worker = { group: 'parts', by: 'partition', role: 'ledger', of: 2 }

const NO_LEDGER =
  'no worker has the ledger: cases wait at their gateways until one with role ledger is started'

describe('alarms', () => {
  test.each<[string, Worker, [string, Worker, boolean][], string[]]>([
    [
      'nothing is wrong',
      shares,
      [
        ['a', shares, true],
        ['b', ledger, true],
      ],
      [],
    ],
    ['no ledger', shares, [['a', shares, true]], [NO_LEDGER]],
    [
      'two ledgers',
      shares,
      [
        ['a', ledger, true],
        ['b', ledger, true],
      ],
      ['a and b both have the ledger: one must have it alone'],
    ],
    [
      'one that is missing',
      shares,
      [
        ['a', shares, true],
        ['b', shares, false],
        ['c', ledger, true],
      ],
      ['worker b of city is missing: start it, or clear its retained message'],
    ],
    [
      'all parts',
      part(0),
      [
        ['a', part(0), true],
        ['b', part(1), true],
        ['c', partsLedger, true],
      ],
      [],
    ],
    [
      'a part that nobody ever took',
      part(0),
      [
        ['a', part(0), true],
        ['c', partsLedger, true],
      ],
      ['part 1 of 2 has no worker: its gateways keep their records'],
    ],
    [
      'a part taken twice',
      part(0),
      [
        ['a', part(0), true],
        ['b', part(1), true],
        ['c', part(1), true],
        ['d', partsLedger, true],
      ],
      ['part 1 of 2 is taken by b and c: each worker needs its own'],
    ],
    [
      'another number of parts',
      part(0),
      [
        ['a', part(0), true],
        ['b', part(1, 3), true],
        ['d', partsLedger, true],
      ],
      ['b and this worker do not count the same number of parts'],
    ],
  ])('%s', (_name, worker, others, expected) => {
    const members = new Members(worker)
    for (const [name, other, online] of others)
      members.note(memberTopic(worker.group, name), Buffer.from(memberJson(other, online)))
    expect(members.alarms()).toEqual(expected)
  })
})

test('one that left for good is not missed; nonsense is passed over', () => {
  const members = new Members(shares)
  members.note(memberTopic('city', 'a'), Buffer.from(memberJson(ledger, true)))
  members.note(memberTopic('city', 'b'), Buffer.from(memberJson(shares, false)))
  members.note(memberTopic('city', 'b'), Buffer.alloc(0))
  for (const text of ['{', '[]', '{"online":1}', '\u0000'])
    expect(members.note(memberTopic('city', 'b'), Buffer.from(text))).toBe(true)
  expect(members.alarms()).toEqual([])
})

test('topics of other groups and of gateways are none of its own, and its own is no gateway’s', () => {
  const members = new Members(shares)
  for (const topic of [
    'gridpatrol/v1/ebike-01/state',
    memberTopic('town', 'a'),
    `${memberTopic('city', 'a')}/probe`,
  ])
    expect(members.note(topic, Buffer.from('{}'))).toBe(false)
  expect(parseGatewayTopic(memberTopic('city', 'a'))).toBeUndefined()
})
