import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CatalogueError } from '../../../../proto/catalogue/catalogue-file.ts'
import { loadPatrolRules } from '../../../../proto/catalogue/patrol-rules.ts'
import { testFolder } from '../../../test-folder.ts'

const PATROL_RULES_FILE = 'patrol-rules.yaml'
const SHIPPED = readFileSync(
  new URL(`../../../../proto/catalogue/${PATROL_RULES_FILE}`, import.meta.url),
  'utf8',
)
function load(text: string) {
  const folder = testFolder()
  writeFileSync(join(folder, PATROL_RULES_FILE), text)
  return loadPatrolRules(folder)
}
function problemsOf(text: string): string[] {
  try {
    load(text)
    return []
  } catch (error) {
    if (error instanceof CatalogueError) return error.problems
    throw error
  }
}
const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split('\n').length

test('as shipped', () => {
  const rules = loadPatrolRules()
  expect(rules.classes).toEqual(['key', 'ordinary', 'low'])
  expect(rules.utcOffsetH).toBe(8)
  expect(rules.class('key')).toMatchObject({ zh: '重点', grids: { visitsPerShift: 3, visitsInHours: 1 } })
  expect(rules.classOfGrid('310101001001001')).toBe('ordinary')
  expect(rules.classOfStreet({ id: 'x', highway: 'primary' })).toBe('key')
  expect(rules.classOfStreet({ id: 'x', highway: 'footway' })).toBe('low')
  expect(rules.classOfStreet({ id: 'x' })).toBe('ordinary')
  expect(rules.classOfComponent('3101010103000001')).toBe('key')
  expect(rules.classOfComponent('3101010402000001')).toBe('low')
  expect(rules.classOfComponent('3101010201000001')).toBe('ordinary')
})

test('streets that nobody patrols go by their highway class alone', () => {
  const rules = loadPatrolRules()
  for (const highway of [
    'motorway',
    'motorway_link',
    'trunk',
    'trunk_link',
    'corridor',
    'construction',
    'proposed',
  ])
    expect(rules.isPatrolled({ highway }), highway).toBe(false)
  for (const highway of ['primary', 'primary_link', 'residential', 'footway', undefined])
    expect(rules.isPatrolled({ highway }), highway).toBe(true)
  const byLane = load(SHIPPED.replace(' trunk,', '').replace('primary: key', 'primary: key\n    trunk: key'))
  expect(byLane.isPatrolled({ highway: 'trunk' })).toBe(true)
  expect(byLane.classOfStreet({ id: 'x', highway: 'trunk' })).toBe('key')
})

test('a file that says nothing of it: every street is patrolled', () => {
  const rules = load(SHIPPED.replace(/^ *notPatrolled:.*$/m, ''))
  expect(rules.isPatrolled({ highway: 'motorway' })).toBe(true)
})

test('the longest beginning decides; id before name before highway', () => {
  const rules = load(
    SHIPPED.replace('byCode: {}', 'byCode: { "310101": low, "310101001": key }')
      .replace('byId: {}', 'byId: { way-1: low }')
      .replace('byName: {}', 'byName: { 南京东路: key }'),
  )
  expect(rules.classOfGrid('310101001001001')).toBe('key')
  expect(rules.classOfGrid('310101002001001')).toBe('low')
  expect(rules.classOfGrid('320101002001001')).toBe('ordinary')
  expect(rules.classOfStreet({ id: 'way-1', name: '南京东路', highway: 'primary' })).toBe('low')
  expect(rules.classOfStreet({ id: 'way-2', name: '南京东路', highway: 'footway' })).toBe('key')
})

test('names that every object has are no names', () => {
  const rules = loadPatrolRules()
  expect(rules.classOfStreet({ id: 'constructor', name: '__proto__', highway: 'toString' })).toBe('ordinary')
  expect(() => rules.class('constructor')).toThrow(/expected one of key, ordinary, low/)
})

describe('mistakes are told with their line', () => {
  test.each<[string, string, string, string, RegExp]>([
    [
      'a class that is none',
      'service: low',
      'service: lo',
      'service: lo',
      /streets\.byHighway\.service: 'lo' is no class: expected one of key, ordinary, low/,
    ],
    [
      'a default that is none',
      'default: ordinary\n  byKind',
      'default: ordinry\n  byKind',
      'default: ordinry',
      /components\.default: 'ordinry' is no class/,
    ],
    [
      'an unknown key',
      'gridMinutes: 3',
      'gridMinutes: 3\n  gridMinute: 3',
      'gridMinute: 3',
      /visit\.gridMinute: unknown key/,
    ],
    [
      'a clock that is none',
      '"07:00", "09:00"',
      '"7:00", "09:00"',
      '"7:00"',
      /expected a time of day such as "08:00"/,
    ],
    [
      'an end before its beginning',
      '"07:00", "09:00"',
      '"09:00", "07:00"',
      '"09:00", "07:00"',
      /09:00 to 07:00: expected the end after/,
    ],
    [
      'both per shift and per day',
      '{ visitsPerDay: 1, allowedUnseenH: 48 }',
      '{ visitsPerDay: 1, visitsPerShift: 1, allowedUnseenH: 48 }',
      'visitsPerDay: 1, visitsPerShift',
      /expected one of visitsPerShift and visitsPerDay/,
    ],
    [
      'neither',
      '{ visitsPerDay: 1, allowedUnseenH: 48 }',
      '{ allowedUnseenH: 48 }',
      '{ allowedUnseenH: 48 }',
      /expected one of visitsPerShift and visitsPerDay/,
    ],
    [
      'more in the key times than in all',
      'visitsInHours: 1',
      'visitsInHours: 4',
      'visitsInHours: 4',
      /4: expected no more than/,
    ],
    [
      'key times without how many',
      '      visitsInHours: 1\n',
      '',
      '- ["07:00"',
      /expected hours and visitsInHours together/,
    ],
    [
      'a time of nothing',
      'allowedUnseenH: 24 }',
      'allowedUnseenH: 0 }',
      'allowedUnseenH: 0',
      /allowedUnseenH/,
    ],
    [
      'no list of classes',
      /notPatrolled: .*/.exec(SHIPPED)![0],
      'notPatrolled: motorway',
      'notPatrolled: motorway',
      /streets\.notPatrolled: expected array/,
    ],
    [
      'a class of visits for streets that nobody patrols',
      'service: low',
      'service: low\n    trunk: key',
      'trunk: key',
      /streets\.byHighway\.trunk: 'trunk' is under notPatrolled, too: expected it in one of the two/,
    ],
    ['a grid code that is none', 'byCode: {}', 'byCode: { "31x": key }', 'byCode', /grids\.byCode/],
  ])('%s', (_, from, to, at, message) => {
    expect(SHIPPED).toContain(from)
    const text = SHIPPED.replace(from, to)
    const problems = problemsOf(text)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(message)
    expect(problems[0]).toContain(`${PATROL_RULES_FILE}:${lineOf(text, at)}:`)
  })

  test('no file of the city: the shipped one', () => {
    expect(loadPatrolRules(testFolder()).classes).toEqual(loadPatrolRules().classes)
  })
})
