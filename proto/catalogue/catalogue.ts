import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { z } from 'zod'
import { CatalogueError, type CatalogueFile, readCatalogueFile } from './catalogue-file.ts'
import {
  ComponentKindsFile,
  type FaultKind as FaultKindData,
  FaultKindsFile,
  type MetricInfo,
  MetricsFile,
  type ProblemKind as ProblemKindData,
  ProblemKindsFile,
  type TimeLimit,
  type TimeLimits,
  TimeLimitsFile,
} from './catalogue-schema.ts'
import { CODE_PROFILES, type CodeProfile, parseComponentCode } from './component-code.ts'

/**
 * What is known of component kinds, fault kinds, problem kinds, metrics and time limits. In: five YAML files beside
 * this one, or a city's own in their place. Out: look-ups by name. What may fail: a file that is wrong is refused as a whole,
 * with every mistake in it.
 */

export type FaultKind = FaultKindData
export type ProblemKind = ProblemKindData
export type Names = { zh: string; en: string }

const SHIPPED = fileURLToPath(new URL('.', import.meta.url))
const FILES = {
  components: 'component-kinds.yaml',
  metrics: 'metrics.yaml',
  faults: 'fault-kinds.yaml',
  problems: 'problem-kinds.yaml',
  limits: 'time-limits.yaml',
} as const

/** Files of a city's folder with loaders of their own, which only the hub needs. */
const READ_APART = ['patrol-rules.yaml', 'shift-checks.yaml']

export class Catalogue {
  /** The form of component codes in force. */
  readonly profile: CodeProfile
  readonly timeLimits: TimeLimits
  /** What people report by hand, by name, in the order of the file. */
  readonly problemKinds: Readonly<Record<string, ProblemKind>>
  readonly #classes: Map<string, Names>
  readonly #kinds: Map<string, Names>
  readonly #metrics: Map<string, MetricInfo>
  readonly #faults: Map<string, FaultKind>

  constructor(
    components: z.infer<typeof ComponentKindsFile>,
    metrics: z.infer<typeof MetricsFile>,
    faults: z.infer<typeof FaultKindsFile>,
    problems: z.infer<typeof ProblemKindsFile>,
    timeLimits: TimeLimits,
  ) {
    this.profile = components.profile
    this.timeLimits = timeLimits
    this.#classes = new Map(Object.entries(components.classes))
    this.#kinds = new Map(Object.entries(components.kinds[components.profile] ?? {}))
    this.#metrics = new Map(Object.entries(metrics))
    this.#faults = new Map(Object.entries(faults))
    // Without a prototype: a name like `constructor` from outside finds nothing.
    this.problemKinds = Object.assign(Object.create(null), problems)
  }

  faultNamesKnown(): string[] {
    return [...this.#faults.keys()]
  }

  /** @throws RangeError for a fault that the catalogue does not have. */
  faultKind(name: string): FaultKind {
    const kind = this.#faults.get(name)
    if (kind) return kind
    throw new RangeError(
      `fault ${JSON.stringify(name)}: expected one of ${this.faultNamesKnown().join(', ')}`,
    )
  }

  /** Names to show of a fault or a problem; one of another catalogue is shown by its own name. */
  faultNames(name: string): Names {
    const kind = this.#faults.get(name) ?? this.problemKinds[name]
    return kind ? { zh: kind.zh, en: kind.en } : { zh: name, en: name }
  }

  /** Undefined for a metric that only this city's sensors know. */
  metric(name: string): MetricInfo | undefined {
    return this.#metrics.get(name)
  }

  /** Class of a component (大类) by its code; undefined where the catalogue has none or the code is none. */
  componentClass(code: string): Names | undefined {
    return /^\d{16}$/.test(code) ? this.#classes.get(parseComponentCode(code, this.profile).class) : undefined
  }

  /** Kind of a component (小类) by its code; undefined where the catalogue has none or the code is none. */
  componentKind(code: string): Names | undefined {
    if (!/^\d{16}$/.test(code)) return undefined
    const { class: componentClass, kind } = parseComponentCode(code, this.profile)
    return this.#kinds.get(componentClass + kind)
  }

  /**
   * How long the handling of this fault or problem may take (处置时限), by its own class or by another.
   * @throws RangeError for a name that the catalogue does not have.
   */
  timeLimit(name: string, faultClass?: 'A' | 'B' | 'C'): TimeLimit {
    const kind = this.problemKinds[name] ?? this.faultKind(name)
    return this.timeLimits.limits[kind.limits]![faultClass ?? kind.class]
  }
}

/**
 * Reads the catalogue; a file in `dir` replaces the shipped one of the same name.
 * @throws CatalogueError with every mistake, each with its file, line and path.
 */
export function loadCatalogue(dir?: string): Catalogue {
  const own = dir === undefined ? [] : filesIn(dir)
  const read = <Schema extends z.ZodType>(name: string, schema: Schema) =>
    readCatalogueFile(join(dir !== undefined && own.includes(name) ? dir : SHIPPED, name), schema)
  const problems: string[] = []
  const attempt = <Value>(work: () => CatalogueFile<Value>): CatalogueFile<Value> | undefined => {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof CatalogueError)) throw error
      problems.push(...error.problems)
      return undefined
    }
  }
  const components = attempt(() => read(FILES.components, ComponentKindsFile))
  const metrics = attempt(() => read(FILES.metrics, MetricsFile))
  const faults = attempt(() => read(FILES.faults, FaultKindsFile))
  const manual = attempt(() => read(FILES.problems, ProblemKindsFile))
  const limits = attempt(() => read(FILES.limits, TimeLimitsFile))
  if (components) problems.push(...componentProblems(components))
  if (metrics && faults) problems.push(...metricProblems(faults, metrics))
  if (faults && manual) problems.push(...sharedNames(faults, manual))
  for (const kinds of [faults, manual]) if (kinds && limits) problems.push(...limitReferences(kinds, limits))
  if (limits) problems.push(...limitProblems(limits))
  if (!components || !metrics || !faults || !manual || !limits || problems.length > 0)
    throw new CatalogueError(problems)
  return new Catalogue(components.value, metrics.value, faults.value, manual.value, limits.value)
}

function filesIn(dir: string): string[] {
  let names: string[]
  try {
    names = readdirSync(dir).filter((name) => /\.ya?ml$/.test(name))
  } catch (error) {
    throw new CatalogueError([`${dir}: no folder of a catalogue: ${(error as Error).message}`])
  }
  const known: string[] = [...Object.values(FILES), ...READ_APART]
  const strange = names.filter((name) => !known.includes(name))
  if (strange.length > 0)
    throw new CatalogueError(
      strange.map((name) => `${join(dir, name)}: no file of a catalogue: expected ${known.join(', ')}`),
    )
  return names
}

type Read<Schema extends z.ZodType> = CatalogueFile<z.output<Schema>>

function componentProblems({ value, problem }: Read<typeof ComponentKindsFile>): string[] {
  const problems: string[] = []
  if (!value.kinds[value.profile])
    problems.push(
      problem(['profile'], `${value.profile} has no kinds: expected them under kinds.${value.profile}`),
    )
  for (const [profile, kinds] of Object.entries(value.kinds)) {
    const { class: classDigits, kind } = CODE_PROFILES[profile as CodeProfile]
    for (const code of Object.keys(kinds)) {
      const path = ['kinds', profile, code]
      if (code.length !== classDigits + kind)
        problems.push(problem(path, `${code.length} digits, expected ${classDigits + kind} in ${profile}`))
      else if (!value.classes[code.slice(0, classDigits)])
        problems.push(
          problem(
            path,
            `class ${code.slice(0, classDigits)} is none of ${Object.keys(value.classes).join(', ')}`,
          ),
        )
    }
  }
  return problems
}

function metricProblems(faults: Read<typeof FaultKindsFile>, metrics: Read<typeof MetricsFile>): string[] {
  const problems: string[] = []
  for (const [name, kind] of Object.entries(faults.value)) {
    for (const key of ['metric', 'from'] as const) {
      const metric = kind[key]
      if (metric !== undefined && !metrics.value[metric])
        problems.push(faults.problem([name, key], `'${metric}' is no metric of ${FILES.metrics}`))
    }
  }
  for (const [name, { min, max }] of Object.entries(metrics.value))
    if (min !== undefined && max !== undefined && min >= max)
      problems.push(metrics.problem([name, 'min'], `min ${min} and max ${max}: expected min below max`))
  return problems
}

function limitReferences(
  kinds: Read<typeof FaultKindsFile> | Read<typeof ProblemKindsFile>,
  limits: Read<typeof TimeLimitsFile>,
): string[] {
  const sets = limits.value.limits
  return Object.entries(kinds.value)
    .filter(([, kind]) => !sets[kind.limits])
    .map(([name, kind]) =>
      kinds.problem(
        [name, 'limits'],
        `'${kind.limits}' is no set of limits: expected one of ${Object.keys(sets).join(', ')}`,
      ),
    )
}

/** A case says only its fault's name: it must mean one thing. */
function sharedNames(faults: Read<typeof FaultKindsFile>, manual: Read<typeof ProblemKindsFile>): string[] {
  return Object.keys(manual.value)
    .filter((name) => Object.hasOwn(faults.value, name))
    .map((name) =>
      manual.problem([name], `is a fault kind of ${FILES.faults} already: expected another name`),
    )
}

/** The parts of a working day are in order and add up to its hours. */
function limitProblems({ value, problem }: Read<typeof TimeLimitsFile>): string[] {
  const minutes = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))
  const problems: string[] = []
  let before = -1
  let total = 0
  value.workingHours.forEach(([from, to], i) => {
    if (minutes(from) <= before || minutes(to) <= minutes(from))
      problems.push(problem(['workingHours', i], `${from} to ${to}: expected parts of one day in order`))
    before = minutes(to)
    total += minutes(to) - minutes(from)
  })
  if (problems.length === 0 && total !== value.hoursPerWorkingDay * 60)
    problems.push(
      problem(
        ['hoursPerWorkingDay'],
        `${value.hoursPerWorkingDay}: expected ${total / 60}, the sum of workingHours`,
      ),
    )
  return problems
}

/** The catalogue as shipped. */
export const CATALOGUE: Catalogue = loadCatalogue()

/** Of the shipped catalogue. @throws RangeError for a fault that it does not have. */
export const faultKind = (name: string): FaultKind => CATALOGUE.faultKind(name)
/** Of the shipped catalogue; a fault of another catalogue is shown by its own name. */
export const faultNames = (name: string): Names => CATALOGUE.faultNames(name)
/** Of the shipped catalogue: kind of a component (小类) by its 16-digit code, where there is one. */
export const componentKind = (code: string): Names | undefined => CATALOGUE.componentKind(code)
