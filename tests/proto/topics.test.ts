import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ID_PATTERN } from '../../proto/domain.ts'
import { caseTopic, gatewayTopic, parseGatewayTopic } from '../../proto/topics.ts'

test('topics are as written in the contract', () => {
  expect(gatewayTopic('ebike-01', 'up')).toBe('gridpatrol/v1/ebike-01/up')
  expect(caseTopic('0mo7xu800-0a1b2c3d4e')).toBe('gridpatrol/v1/cases/0mo7xu800-0a1b2c3d4e')
})

test('any good gateway id comes back out of its topic', () => {
  fc.assert(
    fc.property(fc.stringMatching(ID_PATTERN), fc.constantFrom('up', 'down', 'state'), (gateway, channel) => {
      fc.pre(gateway !== 'cases')
      expect(parseGatewayTopic(gatewayTopic(gateway, channel as 'up'))).toEqual({ gateway, channel })
    }),
  )
})

describe.each(['../', '+', '#', 'a/b', 'a\nb', 'a\\', '<script>', '', 'ü', 'x'.repeat(65), 'cases'])(
  'the id %j',
  (id) => {
    test('makes no topic and comes out of none', () => {
      expect(() => gatewayTopic(id, 'up')).toThrow(RangeError)
      expect(parseGatewayTopic(`gridpatrol/v1/${id}/up`)).toBeUndefined()
    })
  },
)

test.each([
  'gridpatrol/v1/e/other',
  'gridpatrol/v2/e/up',
  'gridpatrol/v1/e',
  '$SYS/x',
  'gridpatrol/v1/e/up/x',
])('%s is none of ours', (topic) => expect(parseGatewayTopic(topic)).toBeUndefined())
