import { expect, test } from 'vitest'
import { groupNames, regexMistake } from '../../../../gateway/edge/drivers/line/regex-guard.ts'
import { TimedRegex } from '../../../../gateway/edge/drivers/line/timed-regex.ts'

test.each([
  'T=(?<temp>-?\\d+(\\.\\d+)?)',
  '^(?<level>\\d+) ?mm$',
  '(?:OK|ERR) (?<code>\\d{1,3})',
  '[(+*]+(?<x>\\d+)\\)+',
  '\\((?<x>\\d+)\\)*',
  '(?<x>\\d+){1}',
  '(?:\\s*,\\s*(?<x>\\d+))?',
  '[\\]+]+x',
  '\\\\\\d+',
])('%s is fit', (source) => {
  expect(regexMistake(source)).toBeUndefined()
})

const repeated = (found: string) =>
  `found ${found}, a repeated group that repeats or chooses inside, which can take exponential time: expected to repeat single characters or classes such as [a-z]+ only`

test.each([
  ['(a+)+$', repeated('(a+)+')],
  ['^x(?:\\d+,?)*y', repeated('(?:\\d+,?)*')],
  ['((a+))*', repeated('((a+))*')],
  ['(a|a)*$', repeated('(a|a)*')],
  ['(?<t>[0-9]*){2,}', repeated('(?<t>[0-9]*){2,}')],
  ['(.+){20}', repeated('(.+){20}')],
  ['(a+)+?', repeated('(a+)+')],
  ['(?<a>x)\\k<a>', 'found a back reference, expected none: it can take exponential time'],
  ['(x)\\1', 'found a back reference, expected none: it can take exponential time'],
  ['(x', 'Invalid regular expression: /(x/: Unterminated group'],
])('%s is not', (source, mistake) => {
  expect(regexMistake(source)).toBe(mistake)
})

test('names of groups', () => {
  expect(groupNames('T=(?<temp>\\d+)(?<unit>[CF])?')).toEqual(['temp', 'unit'])
  expect(groupNames('T=(\\d+)')).toEqual([])
})

test('what the guard lets pass and is slow all the same is given up, and the next match works', () => {
  // Polynomial: thirteen runs over the same characters.
  const slow = new TimedRegex(`^${'a*'.repeat(13)}$`)
  expect(regexMistake(`^${'a*'.repeat(13)}$`)).toBeUndefined()
  expect(slow.exec(`${'a'.repeat(200)}!`)).toBe('timeout')
  const quick = new TimedRegex('T=(?<temp>\\d+)').exec('T=21')
  expect(quick === 'timeout' ? quick : quick?.groups?.temp).toBe('21')
  expect(new TimedRegex('x').exec('T=21')).toBeNull()
})
