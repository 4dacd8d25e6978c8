import { z } from 'zod'
import { CatalogueError, type CatalogueFile, ownOrShipped, readCatalogueFile } from './catalogue-file.ts'

/**
 * How often grids and streets are to be visited, and how long things may go unseen, by class. In: patrol-rules.yaml
 * beside this file, or a city's own in its place. Out: the class of each grid, street and component, and which streets are
 * patrolled at all. A file that is wrong is
 * refused with every mistake and its line.
 */

const PATROL_RULES_FILE = 'patrol-rules.yaml'

const Clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as "08:00"')
const Hours = z.number().positive()
const Visits = z.int().min(0).max(100)

const Asked = z
  .strictObject({
    visitsPerShift: Visits.optional(),
    visitsPerDay: Visits.optional(),
    hours: z
      .array(z.tuple([Clock, Clock]))
      .min(1)
      .max(24)
      .optional(),
    visitsInHours: Visits.optional(),
    allowedUnseenH: Hours,
  })
  .check(({ value, issues }) => {
    const mistake = (key: keyof typeof value, message: string): void => {
      issues.push({ code: 'custom', input: value, path: [key], message })
    }
    const { visitsPerShift, visitsPerDay, hours, visitsInHours } = value
    if ((visitsPerShift === undefined) === (visitsPerDay === undefined))
      mistake(
        visitsPerDay === undefined ? 'visitsPerShift' : 'visitsPerDay',
        'expected one of visitsPerShift and visitsPerDay',
      )
    if ((hours === undefined) !== (visitsInHours === undefined))
      mistake(hours ? 'hours' : 'visitsInHours', 'expected hours and visitsInHours together')
    if (visitsInHours !== undefined && visitsInHours > (visitsPerShift ?? visitsPerDay ?? 0))
      mistake('visitsInHours', `${visitsInHours}: expected no more than the visits that are asked in all`)
    hours?.forEach(([from, to], i) => {
      // What is no clock is complained of already.
      if (from.length === to.length && from >= to)
        issues.push({
          code: 'custom',
          input: value,
          path: ['hours', i],
          message: `${from} to ${to}: expected the end after the beginning; past midnight takes two`,
        })
    })
  })

const ClassName = z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, 'expected a name such as key')
const PatrolClass = z.strictObject({
  zh: z.string().min(1),
  en: z.string().min(1),
  grids: Asked,
  streets: Asked,
  components: z.strictObject({ allowedUnseenH: Hours }),
})
const byDigits = (form: RegExp, expected: string) =>
  z.record(z.string().regex(form, expected), ClassName).default({})

const PatrolRulesFile = z.strictObject({
  utcOffsetH: z.number().min(-12).max(14),
  visit: z.strictObject({
    gridMinutes: z.number().positive(),
    gridMetres: z.number().positive(),
    sameVisitMinutes: z.number().min(0),
    againMinutes: z.number().positive(),
  }),
  classes: z.record(ClassName, PatrolClass),
  grids: z.strictObject({
    default: ClassName,
    byCode: byDigits(/^\d{2,24}$/, 'expected the digits of a grid code, or of its beginning, in quotes'),
  }),
  streets: z.strictObject({
    default: ClassName,
    byId: z.record(z.string(), ClassName).default({}),
    byName: z.record(z.string(), ClassName).default({}),
    byHighway: z.record(z.string(), ClassName).default({}),
    notPatrolled: z.array(z.string().min(1)).default([]),
  }),
  components: z.strictObject({
    default: ClassName,
    byKind: byDigits(/^\d{2,5}$/, 'expected the digits of class and kind, or of the class, in quotes'),
  }),
})

export type VisitRule = z.infer<typeof PatrolRulesFile>['visit']
export type PatrolAsked = z.infer<typeof Asked>
type PatrolClass = z.infer<typeof PatrolClass>

export class PatrolRules {
  readonly #data: z.infer<typeof PatrolRulesFile>

  constructor(data: z.infer<typeof PatrolRulesFile>) {
    this.#data = data
  }

  get utcOffsetH(): number {
    return this.#data.utcOffsetH
  }

  get visit(): VisitRule {
    return this.#data.visit
  }

  /** Names of the classes, in the order of the file. */
  get classes(): string[] {
    return Object.keys(this.#data.classes)
  }

  /** @throws RangeError for a class that the rules do not have. */
  class(name: string): PatrolClass {
    const found = Object.hasOwn(this.#data.classes, name) ? this.#data.classes[name] : undefined
    if (found) return found
    throw new RangeError(`class ${JSON.stringify(name)}: expected one of ${this.classes.join(', ')}`)
  }

  /** The class of a unit grid: by the longest of the codes, or beginnings, that fit. */
  classOfGrid(code: string): string {
    return byLongest(this.#data.grids.byCode, code) ?? this.#data.grids.default
  }

  /** The class of a street: by id, else name, else highway class. */
  classOfStreet(street: { id: string; name?: string | undefined; highway?: string | undefined }): string {
    const { byId, byName, byHighway, default: other } = this.#data.streets
    return own(byId, street.id) ?? own(byName, street.name) ?? own(byHighway, street.highway) ?? other
  }

  /** Whether anybody is asked to ride there; a street without a highway class is. */
  isPatrolled({ highway }: { highway?: string | undefined }): boolean {
    return highway === undefined || !this.#data.streets.notPatrolled.includes(highway)
  }

  /** The class of a component by its 16-digit code: 6 of the admin division, then class and kind. */
  classOfComponent(code: string): string {
    return byLongest(this.#data.components.byKind, code.slice(6)) ?? this.#data.components.default
  }
}

/** Names from outside must not find what every object has. */
function own(map: Record<string, string>, key: string | undefined): string | undefined {
  return key !== undefined && Object.hasOwn(map, key) ? map[key] : undefined
}

function byLongest(map: Record<string, string>, code: string): string | undefined {
  let found: string | undefined
  let length = 0
  for (const [beginning, name] of Object.entries(map))
    if (beginning.length > length && code.startsWith(beginning)) {
      found = name
      length = beginning.length
    }
  return found
}

/**
 * @param dir a city's catalogue; its file replaces the shipped one where it has one.
 * @throws CatalogueError with every mistake, each with its file, line and path.
 */
export function loadPatrolRules(dir?: string): PatrolRules {
  const file = readCatalogueFile(ownOrShipped(PATROL_RULES_FILE, dir), PatrolRulesFile)
  const problems = [...strangeClasses(file), ...contradictions(file)]
  if (problems.length > 0) throw new CatalogueError(problems)
  return new PatrolRules(file.value)
}

function strangeClasses({ value, problem }: CatalogueFile<z.infer<typeof PatrolRulesFile>>): string[] {
  const known = Object.keys(value.classes)
  const { grids, streets, components } = value
  const lists: Record<string, Record<string, string>> = {
    'grids.byCode': grids.byCode,
    'streets.byId': streets.byId,
    'streets.byName': streets.byName,
    'streets.byHighway': streets.byHighway,
    'components.byKind': components.byKind,
  }
  const named: [path: string[], name: string][] = [
    [['grids', 'default'], grids.default],
    [['streets', 'default'], streets.default],
    [['components', 'default'], components.default],
    ...Object.entries(lists).flatMap(([path, names]) =>
      Object.entries(names).map(([key, name]): [string[], string] => [[...path.split('.'), key], name]),
    ),
  ]
  return named
    .filter(([, name]) => !known.includes(name))
    .map(([path, name]) => problem(path, `'${name}' is no class: expected one of ${known.join(', ')}`))
}

/** A class of visits for streets that nobody is to visit would be ignored without a word. */
function contradictions({ value, problem }: CatalogueFile<z.infer<typeof PatrolRulesFile>>): string[] {
  const { byHighway, notPatrolled } = value.streets
  return notPatrolled
    .filter((highway) => Object.hasOwn(byHighway, highway))
    .map((highway) =>
      problem(
        ['streets', 'byHighway', highway],
        `'${highway}' is under notPatrolled, too: expected it in one of the two`,
      ),
    )
}
