import { describe, expect, test } from 'vitest'
import {
  bodyDifferences,
  bodyFromJson,
  bodyToJson,
  NoBody,
} from '../../../gateway/hub/dead-letters/body-json.ts'
import { differences } from '../../../gateway/hub/dead-letters/json-difference.ts'
import { type Mending, mendedBody } from '../../../gateway/hub/dead-letters/mend.ts'
import { decodeBody, encodeBody } from '../../../proto/codec/codec.ts'
import { DecodeError } from '../../../proto/codec/decode-error.ts'
import { MESSAGES } from '../../proto/messages.ts'
import { caseReport, fixes, ride } from '../gateway-messages.ts'

describe.each(MESSAGES)('$name', ({ body }) => {
  test('is the same after it was JSON', () => {
    const bytes = encodeBody(body)
    const json = JSON.parse(JSON.stringify(bodyToJson(body.lane, bytes)))
    expect(decodeBody(body.lane, bodyFromJson(body.lane, json))).toEqual(decodeBody(body.lane, bytes))
  })
})

const BATCH = encodeBody(fixes(ride(4)))
const mend = (mending: Partial<Mending>, body = BATCH) =>
  mendedBody('fix', body, { settings: [], dropped: [], ...mending })

test.each<[string, Partial<Mending>, string[]]>([
  ['a value', { settings: ['batch.fixes[2].speedMps=1.5'] }, ['batch.fixes[2].speedMps: 4.2 → 1.5']],
  ['a new value', { settings: ['batch.fixes[0].altM=4'] }, ['+ batch.fixes[0].altM: 4']],
  ['a text', { settings: ['batch.device=ebike-07'] }, ['+ batch.device: "ebike-07"']],
  ['one point left out', { dropped: [1] }, [`- batch.fixes[1]: ${JSON.stringify(bodyToJsonFix(1))}`]],
  [
    'both',
    { dropped: [3], settings: ['batch.fixes[0].satellites=9'] },
    ['batch.fixes[0].satellites: 14 → 9', `- batch.fixes[3]: ${JSON.stringify(bodyToJsonFix(3))}`],
  ],
  [
    'a whole body, as show gives it',
    { replacement: { id: '1', body: { lane: 'fix', batch: { fixes: ride(4).slice(0, 3) } } } },
    [`- batch.fixes[3]: ${JSON.stringify(bodyToJsonFix(3))}`],
  ],
])('mends %s and shows what changed', (_name, mending, lines) => {
  expect(bodyDifferences('fix', BATCH, mend(mending))).toEqual(lines)
})

function bodyToJsonFix(index: number): unknown {
  const { batch } = bodyToJson('fix', BATCH) as { batch: { fixes: unknown[] } }
  return batch.fixes[index]
}

test.each<[string, Partial<Mending>, RegExp]>([
  [
    'a field that there is not',
    { settings: ['batch.fixes[0].speedMs=3'] },
    /speedMs: 3 would arrive as nothing/,
  ],
  ['a place that there is not', { settings: ['batch.fixes[9].altM=3'] }, /there is no 9/],
  ['no value', { settings: ['batch.fixes'] }, /expected PATH=VALUE/],
  ['a latitude that there is not', { settings: ['batch.fixes[0].lat=91'] }, /latitude 91/],
  ['text for a number', { settings: ['batch.fixes[0].lat=high'] }, /latitude high/],
  ['null for absent', { settings: ['batch.fixes[0].altM=null'] }, /altM: null would arrive as/],
  ['a prototype', { settings: ['__proto__.lane=fix'] }, /there is no __proto__/],
  ['a point that there is not', { dropped: [4] }, /no point 4: expected 0 to 3/],
  ['every point', { dropped: [0, 1, 2, 3] }, /discard the letter instead/],
  ['another lane', { replacement: { lane: 'case', report: {} } }, /expected an object with "lane": "fix"/],
  ['nothing', { replacement: null }, /expected an object/],
  ['half a body', { replacement: { lane: 'fix' } }, /Cannot/],
  ['a time in 1970', { settings: ['batch.fixes[0].timeMs=5'] }, /apart in one batch|between 2000 and 2100/],
])('refuses %s', (_name, mending, message) => {
  expect(() => mend(mending)).toThrow(NoBody)
  expect(() => mend(mending)).toThrow(message)
})

test('what cannot be decoded can only be replaced', () => {
  const broken = BATCH.subarray(0, 10)
  expect(() => mend({ dropped: [0] }, broken)).toThrow(DecodeError)
  const whole = mend({ replacement: bodyToJson('fix', BATCH) }, broken)
  expect(Buffer.from(whole)).toEqual(Buffer.from(BATCH))
  expect(bodyDifferences('fix', broken, whole)[0]).toMatch(/cannot be decoded/)
})

test('a case report is mended by the same codec', () => {
  const report = encodeBody({ lane: 'case', report: caseReport('raised', 1) })
  const mended = mendedBody('case', report, { settings: ['report.episode=3'], dropped: [] })
  expect(decodeBody('case', mended)).toMatchObject({ report: { episode: 3, revision: 1 } })
  expect(() => mendedBody('case', report, { settings: [], dropped: [0] })).toThrow(/no fixes or readings/)
})

test.each([
  [[1, 2, 3, 4], [1, 3, 4], ['- [1]: 2']],
  [[1, 3], [1, 2, 3], ['+ [1]: 2']],
  [[1, 2, 3], [1, 9, 3], ['[1]: 2 → 9']],
  [{ a: 1 }, { a: 1 }, []],
  [{ a: { b: [1] } }, { a: { b: [] } }, ['- a.b[0]: 1']],
])('differences of %j and %j', (before, after, lines) => {
  expect(differences(before, after)).toEqual(lines)
})
