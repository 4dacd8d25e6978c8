import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CATALOGUE, loadCatalogue } from '../../proto/catalogue/catalogue.ts'
import { CatalogueError } from '../../proto/catalogue/catalogue-file.ts'
import { CODE_PROFILES, type CodeProfile, parseComponentCode } from '../../proto/catalogue/component-code.ts'
import { testFolder } from '../test-folder.ts'
import { FAULT_TABLE_PAGE, faultTablePage } from './fault-table.ts'

const shipped = (file: string): string =>
  readFileSync(new URL(`../../proto/catalogue/${file}`, import.meta.url), 'utf8')

/** A city's folder with these files. */
function cityFolder(files: Record<string, string>): string {
  const dir = testFolder()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text)
  return dir
}

/** What is wrong with it, without the folder. */
function problems(files: Record<string, string>): string[] {
  const dir = cityFolder(files)
  try {
    loadCatalogue(dir)
  } catch (error) {
    expect(error).toBeInstanceOf(CatalogueError)
    return (error as CatalogueError).problems.map((problem) => problem.replace(`${dir}/`, ''))
  }
  return []
}

describe('component codes', () => {
  test.each<[string, CodeProfile, object]>([
    ['3205080101000001', '6+2+2+6', { admin: '320508', class: '01', kind: '01', serial: '000001' }],
    ['3205080100100001', '6+2+3+5', { admin: '320508', class: '01', kind: '001', serial: '00001' }],
  ])('%s in %s', (code, profile, parts) => expect(parseComponentCode(code, profile)).toEqual(parts))

  test.each([
    '',
    '320508010100001',
    '32050801010000011',
    '320508010100000x',
    '３205080101000001',
    '3205080101000001\n',
  ])('%j is none', (code) => {
    expect(() => parseComponentCode(code, '6+2+2+6')).toThrow(
      `component code ${JSON.stringify(code)}: expected 16 digits (6+2+2+6)`,
    )
    expect(CATALOGUE.componentKind(code)).toBeUndefined()
    expect(CATALOGUE.componentClass(code)).toBeUndefined()
  })

  test('parts put together are the code', () => {
    const profiles = Object.keys(CODE_PROFILES) as CodeProfile[]
    fc.assert(
      fc.property(fc.stringMatching(/^\d{16}$/), fc.constantFrom(...profiles), (code, profile) => {
        const parts = parseComponentCode(code, profile)
        expect(parts.admin + parts.class + parts.kind + parts.serial).toBe(code)
      }),
    )
  })

  test('kinds and classes have names, in both profiles', () => {
    expect(CATALOGUE.componentKind('3205080101000001')).toEqual({ zh: '上水井盖', en: 'Water supply cover' })
    expect(CATALOGUE.componentKind('3205080118000001')!.zh).toBe('路灯')
    expect(CATALOGUE.componentKind('3205089999000001')).toBeUndefined()
    expect(CATALOGUE.componentClass('3205080401000001')).toEqual({ zh: '园林绿化', en: 'Parks and greenery' })
    const newer = loadCatalogue(
      cityFolder({
        'component-kinds.yaml': shipped('component-kinds.yaml').replace(
          'profile: 6+2+2+6',
          'profile: 6+2+3+5',
        ),
      }),
    )
    expect(newer.componentKind('3205080101800001')!.zh).toBe('路灯')
  })
})

describe('fault kinds', () => {
  // Numbers that installers know: a change of them is a change of every gateway.
  test.each([
    [
      'cover_tilted',
      { metric: 'tilt_deg', raise: 15, clear: 8, holdMs: 5000, atOnceDeg: 90, vibrationMs: 2000, class: 'A' },
    ],
    ['lamp_out', { metric: 'current_a', raise: 0.1, clear: 0.2, holdMs: 10_000, darkLux: 20 }],
    ['leakage_warning', { raise: 30 }],
    ['leakage_alarm', { raise: 100 }],
    ['mains_undervoltage', { raise: 198 }],
    ['mains_overvoltage', { raise: 242 }],
  ])('%s', (name, values) => expect(CATALOGUE.faultKind(name)).toMatchObject(values))

  test('each has a limit for each class', () => {
    for (const name of CATALOGUE.faultNamesKnown())
      for (const faultClass of ['A', 'B', 'C'] as const)
        expect(CATALOGUE.timeLimit(name, faultClass).number, `${name} ${faultClass}`).toBeGreaterThan(0)
    expect(CATALOGUE.timeLimit('cover_tilted')).toEqual({ unit: 'urgent_hours', number: 2 })
  })

  test('the more urgent class never has more time, in hours that all run day and night at worst', () => {
    const HOURS = { urgent_hours: 1, working_hours: 3, working_days: 24 }
    for (const name of CATALOGUE.faultNamesKnown()) {
      const hours = (['A', 'B', 'C'] as const).map((faultClass) => {
        const { unit, number } = CATALOGUE.timeLimit(name, faultClass)
        return HOURS[unit] * number
      })
      expect(hours).toEqual([...hours].sort((a, b) => a - b))
    }
  })

  test.each(['cover_tiltet', 'constructor', '__proto__', ''])('%j is none', (name) => {
    expect(() => CATALOGUE.faultKind(name)).toThrow(
      `fault ${JSON.stringify(name)}: expected one of cover_tilted, `,
    )
    expect(CATALOGUE.faultNames(name)).toEqual({ zh: name, en: name })
  })
})

describe('problem kinds', () => {
  const kinds = Object.entries(CATALOGUE.problemKinds)

  test('have names, a group, and limits that are no longer the more urgent they are', () => {
    expect(kinds.length).toBeGreaterThanOrEqual(25)
    expect([...new Set(kinds.map(([, { group }]) => group))]).toEqual([
      '市容环境',
      '宣传广告',
      '施工管理',
      '街面秩序',
      '突发事件',
      '部件',
    ])
    const HOURS = { urgent_hours: 1, working_hours: 3, working_days: 24 }
    for (const [name, { zh, en }] of kinds) {
      expect(CATALOGUE.faultNames(name)).toEqual({ zh, en })
      const hours = (['A', 'B', 'C'] as const).map((problemClass) => {
        const { unit, number } = CATALOGUE.timeLimit(name, problemClass)
        return HOURS[unit] * number
      })
      expect(hours, name).toEqual([...hours].sort((a, b) => a - b))
    }
  })

  test('those of the group 部件, and a billboard, are at components', () => {
    const at = kinds.filter(([, { component }]) => component).map(([name]) => name)
    const grouped = kinds.filter(([, { group }]) => group === '部件').map(([name]) => name)
    expect(at.toSorted()).toEqual(['billboard_damaged', ...grouped].toSorted())
  })

  test('names from outside find nothing that objects have by themselves', () => {
    for (const name of ['constructor', '__proto__', 'toString'])
      expect(CATALOGUE.problemKinds[name]).toBeUndefined()
  })

  test('a limit by its own class', () => {
    expect(CATALOGUE.timeLimit('exposed_rubbish')).toEqual({ unit: 'working_hours', number: 4 })
  })
})

const PROBLEM = 'litter: { zh: 垃圾, en: Litter, group: 市容, class: C, limits: cleaning }\n'

const KIND = `cover_ajar:
  zh: 井盖微开
  en: Cover ajar
  version: 1
  detector: threshold
  metric: tilt_deg
  raise: 4
  clear: 2
  holdMs: 1000
  class: B
  limits: cover
  source: a city
  confidence: low
`

describe("a city's own files", () => {
  test('replace the shipped ones, the others stay', () => {
    const own = loadCatalogue(cityFolder({ 'fault-kinds.yaml': KIND }))
    expect(own.faultNamesKnown()).toEqual(['cover_ajar'])
    expect(own.componentKind('3205080118000001')!.zh).toBe('路灯')
    expect(own.faultKind('cover_ajar')).toMatchObject({ flapEpisodes: 3, flapWithinMs: 600_000 })
  })

  test('a city has its own problem kinds', () => {
    const own = loadCatalogue(cityFolder({ 'problem-kinds.yaml': PROBLEM }))
    expect(Object.keys(own.problemKinds)).toEqual(['litter'])
    expect(own.faultNames('litter')).toEqual({ zh: '垃圾', en: 'Litter' })
  })

  test.each<[string, Record<string, string>, string[]]>([
    [
      'an unknown file',
      { 'faults.yaml': KIND },
      [
        'faults.yaml: no file of a catalogue: expected component-kinds.yaml, metrics.yaml, fault-kinds.yaml, problem-kinds.yaml, time-limits.yaml, patrol-rules.yaml, shift-checks.yaml',
      ],
    ],
    ['broken YAML', { 'fault-kinds.yaml': 'cover: [\n' }, [expect.stringMatching(/^fault-kinds\.yaml:\d: /)]],
    [
      'a kind that stands there twice',
      { 'fault-kinds.yaml': KIND + KIND },
      ['fault-kinds.yaml:14: Map keys must be unique at line 14, column 1:'],
    ],
    [
      'a typing mistake',
      { 'fault-kinds.yaml': KIND.replace('raise:', 'rais:') },
      [
        'fault-kinds.yaml:2: cover_ajar.raise: expected number, received undefined',
        'fault-kinds.yaml:7: cover_ajar.rais: unknown key: a typing mistake?',
      ],
    ],
    [
      'a name that is none',
      { 'fault-kinds.yaml': KIND.replace('cover_ajar', 'Cover-Ajar') },
      ['fault-kinds.yaml:2: Cover-Ajar: expected a name such as cover_tilted'],
    ],
    [
      'clear above raise is the other direction, equal is none',
      { 'fault-kinds.yaml': KIND.replace('clear: 2', 'clear: 4') },
      [
        expect.stringContaining('cover_ajar.clear'),
        'fault-kinds.yaml:7: cover_ajar.raise: raise and clear are both 4: their order says whether too high or too low is the fault',
      ],
    ],
    [
      'an unknown detector',
      { 'fault-kinds.yaml': KIND.replace('threshold', 'magic') },
      [
        expect.stringMatching(
          /^fault-kinds\.yaml:5: cover_ajar\.detector: expected one of "threshold"\|"tilt"/,
        ),
      ],
    ],
    [
      'an unknown metric',
      { 'fault-kinds.yaml': KIND.replace('tilt_deg', 'lean_deg') },
      ["fault-kinds.yaml:6: cover_ajar.metric: 'lean_deg' is no metric of metrics.yaml"],
    ],
    [
      'an unknown set of limits',
      { 'fault-kinds.yaml': KIND.replace('limits: cover', 'limits: covers') },
      [
        "fault-kinds.yaml:11: cover_ajar.limits: 'covers' is no set of limits: expected one of cover, component, road, cleaning, order, equipment",
      ],
    ],
    [
      'a class that is none',
      { 'fault-kinds.yaml': KIND.replace('class: B', 'class: D') },
      [expect.stringMatching(/^fault-kinds\.yaml:10: cover_ajar\.class: expected one of "A"\|"B"\|"C"/)],
    ],
    [
      'a setting of another detector',
      { 'fault-kinds.yaml': `${KIND}  darkLux: 5\n` },
      [
        expect.stringMatching(
          /^fault-kinds\.yaml:14: cover_ajar\.darkLux: is no setting of the detector threshold: expected one of/,
        ),
      ],
    ],
    [
      'a setting that is missing',
      { 'fault-kinds.yaml': KIND.replace('threshold', 'rate') },
      ['fault-kinds.yaml:2: cover_ajar.windowMs: missing: the detector rate needs it'],
    ],
    [
      'a problem that has the name of a fault',
      { 'problem-kinds.yaml': PROBLEM.replace('litter', 'cover_open') },
      [
        'problem-kinds.yaml:1: cover_open: is a fault kind of fault-kinds.yaml already: expected another name',
      ],
    ],
    [
      'a problem with an unknown set of limits',
      { 'problem-kinds.yaml': `# ours\n${PROBLEM.replace('limits: cleaning', 'limits: soon')}` },
      [
        "problem-kinds.yaml:2: litter.limits: 'soon' is no set of limits: expected one of cover, component, road, cleaning, order, equipment",
      ],
    ],
    [
      'a problem without a group',
      { 'problem-kinds.yaml': PROBLEM.replace('group: 市容', 'grupp: 市容') },
      [
        'problem-kinds.yaml:1: litter.group: expected string, received undefined',
        'problem-kinds.yaml:1: litter.grupp: unknown key: a typing mistake?',
      ],
    ],
    [
      'limits with a class missing',
      { 'time-limits.yaml': shipped('time-limits.yaml').replace(/ {4}C: .*\n/, '') },
      [expect.stringMatching(/^time-limits\.yaml:\d+: limits\.cover\.C: /)],
    ],
    [
      'hours out of order',
      { 'time-limits.yaml': shipped('time-limits.yaml').replace('"12:00"', '"15:00"') },
      ['time-limits.yaml:7: workingHours.1: 14:00 to 18:00: expected parts of one day in order'],
    ],
    [
      'hours that do not add up',
      { 'time-limits.yaml': shipped('time-limits.yaml').replace('Day: 8', 'Day: 7') },
      ['time-limits.yaml:8: hoursPerWorkingDay: 7: expected 8, the sum of workingHours'],
    ],
    [
      'a code without quotes',
      {
        'component-kinds.yaml':
          'profile: 6+2+2+6\nclasses: { 01: { zh: a, en: a } }\nkinds: { 6+2+2+6: {} }\n',
      },
      [expect.stringContaining('classes.1: expected two digits in quotes such as "01"')],
    ],
    [
      'a kind of the wrong length',
      {
        'component-kinds.yaml':
          'profile: 6+2+2+6\nclasses: { "01": { zh: a, en: a } }\nkinds:\n  6+2+2+6:\n    "01001": { zh: b, en: b }\n',
      },
      ['component-kinds.yaml:5: kinds.6+2+2+6.01001: 5 digits, expected 4 in 6+2+2+6'],
    ],
    [
      'a kind of no class',
      {
        'component-kinds.yaml':
          'profile: 6+2+2+6\nclasses: { "01": { zh: a, en: a } }\nkinds:\n  6+2+2+6:\n    "0901": { zh: b, en: b }\n',
      },
      ['component-kinds.yaml:5: kinds.6+2+2+6.0901: class 09 is none of 01'],
    ],
    [
      'a profile without kinds',
      {
        'component-kinds.yaml':
          'profile: 6+2+3+5\nclasses: { "01": { zh: a, en: a } }\nkinds:\n  6+2+2+6: {}\n',
      },
      ['component-kinds.yaml:1: profile: 6+2+3+5 has no kinds: expected them under kinds.6+2+3+5'],
    ],
    [
      'a range the wrong way round',
      { 'metrics.yaml': shipped('metrics.yaml').replace('min: -180, max: 180', 'min: 180, max: -180') },
      ['metrics.yaml:6: tilt_deg.min: min 180 and max -180: expected min below max'],
    ],
    [
      'several mistakes in several files',
      {
        'fault-kinds.yaml': KIND.replace('class: B', 'class: D'),
        'time-limits.yaml': shipped('time-limits.yaml').replace('Day: 8', 'Day: 7'),
      },
      [expect.stringContaining('cover_ajar.class'), expect.stringContaining('hoursPerWorkingDay')],
    ],
  ])('%s', (_, files, expected) => expect(problems(files)).toEqual(expected))

  test('no such folder', () => {
    expect(() => loadCatalogue('/nowhere/at-all')).toThrow('/nowhere/at-all: no folder of a catalogue')
  })
})

test('docs/faults-detected.md is fresh: node tests/proto/rebuild-fault-table.ts makes it anew', () => {
  expect(readFileSync(FAULT_TABLE_PAGE, 'utf8')).toBe(faultTablePage(CATALOGUE))
})
