import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { LinePort } from '../../../../gateway/edge/drivers/line/line-config.ts'

const COVER = '3101010101000001'
const TEMP = { group: 'temp', component: COVER, metric: 'temperature_c' }
const port = (reading: object, rest: object = {}, regex = 'T=(?<temp>\\d+)(?<unit>[CF])?') => ({
  driver: 'line',
  patterns: [{ regex, readings: [{ ...TEMP, ...reading }] }],
  ...rest,
})

function problems(value: unknown): string[] {
  const { error } = LinePort.safeParse(value)
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`)
}

test('defaults', () => {
  expect(LinePort.parse(port({}))).toMatchObject({
    baud: 9600,
    delimiter: '\n',
    maxLineBytes: 256,
    patterns: [{ readings: [{ scale: 1, offset: 0 }] }],
  })
})

test.each([
  [
    'a group that the regex does not have',
    port({ group: 'hum' }),
    "patterns.0.readings.0.group: 'hum' is no named group of the regex: expected one of temp, unit",
  ],
  [
    'a regex without names',
    port({}, {}, 'T=(\\d+)'),
    "patterns.0.readings.0.group: 'temp' is no named group of the regex: the regex has none: (?<name>…)",
  ],
  [
    'a unit group without units',
    port({ unitGroup: 'unit' }),
    'patterns.0.readings.0.unitGroup: unitGroup and units go together: expected both or neither',
  ],
  [
    'units without a group',
    port({ units: { C: {} } }),
    'patterns.0.readings.0.units: unitGroup and units go together: expected both or neither',
  ],
  [
    'a regex that does not end',
    port({}, {}, 'T=(?<temp>'),
    'patterns.0.regex: Invalid regular expression: /T=(?<temp>/: Unterminated group',
  ],
  [
    'a catastrophic regex',
    port({}, {}, '(?<temp>(\\d+)+)'),
    'patterns.0.regex: found (\\d+)+, a repeated group that repeats or chooses inside, which can take exponential time: expected to repeat single characters or classes such as [a-z]+ only',
  ],
  [
    'one metric twice',
    {
      driver: 'line',
      patterns: [{ regex: '(?<temp>1)(?<b>2)', readings: [TEMP, { ...TEMP, group: 'b' }] }],
    },
    `patterns.0.readings.1.metric: temperature_c of ${COVER} is read twice by this pattern`,
  ],
])('%s is refused', (_, value, message) => {
  expect(problems(value)).toEqual([message])
})

test.each([
  ['', 'expected at least one character'],
  [{ regex: '\\s*' }, 'matches the empty text: expected a regex for what stands between lines'],
])('the delimiter %j is refused', (delimiter, message) => {
  const { error } = LinePort.safeParse(port({}, { delimiter }))
  expect(JSON.stringify(error?.issues)).toContain(message)
})

test('the sample of the page is right', () => {
  const page = readFileSync(new URL('../../../../docs/drivers/line.md', import.meta.url), 'utf8')
  const sample = parse(/```yaml\n([\s\S]*?)```/.exec(page)![1]!) as { ports: unknown[] }
  const AnyPort = z.strictObject({
    ...LinePort.shape,
    name: z.string(),
    path: z.string(),
    silenceS: z.number().default(15),
  })
  const port = AnyPort.parse(sample.ports[0])
  expect(port.driver).toBe('line')
})
