import { describe, expect, test } from 'vitest'
import { mayConnect, mayReceive, maySubscribe, publishChannel } from '../../../gateway/hub/broker/access.ts'

const CASE = 'gridpatrol/v1/cases/0mo7xu800-0a1b2c3d4e'

describe('client ids', () => {
  test.each([
    ['ebike-01', true],
    ['A_b-9', true],
    ['a'.repeat(64), true],
    ['', false],
    ['a'.repeat(65), false],
    ['cases', false],
    ['../x', false],
    ['+', false],
    ['#', false],
    ['a/b', false],
    ['a\n', false],
    ['a\\', false],
    ['<script>', false],
    ['\ufffd', false],
    ['井盖', false],
  ])('%j: %s', (id, expected) => expect(mayConnect(id)).toBe(expected))
})

describe('publishing as ebike-01', () => {
  test.each([
    ['gridpatrol/v1/ebike-01/up', 'up'],
    ['gridpatrol/v1/ebike-01/state', 'state'],
    ['gridpatrol/v1/ebike-01/down', undefined],
    ['gridpatrol/v1/ebike-02/up', undefined],
    ['gridpatrol/v1/ebike-01/up/more', undefined],
    ['gridpatrol/v2/ebike-01/up', undefined],
    [CASE, undefined],
    ['$SYS/broker/x', undefined],
    ['', undefined],
  ])('%j: %s', (topic, expected) => expect(publishChannel('ebike-01', topic)).toBe(expected))
})

describe('subscribing and hearing as ebike-01', () => {
  test.each([
    ['gridpatrol/v1/ebike-01/down', true, true],
    ['gridpatrol/v1/cases/+', true, false],
    [CASE, true, true],
    ['gridpatrol/v1/ebike-02/down', false, false],
    ['gridpatrol/v1/ebike-01/up', false, false],
    ['gridpatrol/v1/+/up', false, false],
    ['gridpatrol/v1/+/down', false, false],
    ['gridpatrol/v1/cases/#', false, false],
    ['gridpatrol/#', false, false],
    ['#', false, false],
    ['+/+/+/+', false, false],
    ['$SYS/#', false, false],
    ['$share/a/gridpatrol/v1/cases/+', false, false],
    ['gridpatrol/v1/cases/0mo7xu800-0a1b2c3d4e/x', false, false],
  ])('%j: subscribe %s, hear %s', (topic, subscribe, hear) => {
    expect(maySubscribe('ebike-01', topic)).toBe(subscribe)
    expect(mayReceive('ebike-01', topic)).toBe(hear)
  })
})
