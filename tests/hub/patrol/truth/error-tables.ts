import { AREA_POLICY } from '../../../../gateway/hub/patrol/coverage/area.ts'
import { ROAD_POLICY } from '../../../../gateway/hub/patrol/coverage/road.ts'
import { TRUTH_NOISES, type TruthNoise } from '../streets/truth-rides.ts'
import {
  CONFIDENCES,
  HDOPS,
  HOURS,
  type JudgedPatrol,
  METHODS,
  type Method,
  REACHED,
  REACHES_M,
  RULES,
  type Rule,
} from './coverage-errors.ts'
import type { RoadVerdict } from './judge-policies.ts'
import { type Errors, errorsOf, type Outcome } from './outcome.ts'
import { COMPONENT_ASIDE_M, COMPONENT_EVERY_M, GRID_M, truthGround } from './truth-ground.ts'

/** The made parts of docs/coverage-errors.md, by name: judged patrols in, Markdown out. */
export function errorTables(patrols: readonly JudgedPatrol[]): Record<string, string> {
  const all = new Figures(patrols)
  return {
    ground: ground(patrols),
    findings: findings(all),
    errors: errors(all),
    unridden: unridden(all),
    confidence: confidence(all),
    hdop: hdop(all),
    reach: reach(all),
    patrols: table(PATROL_HEAD, patrols.map(patrolRow)),
  }
}

/** Pooled over the patrols of a noise. */
class Figures {
  readonly #patrols: readonly JudgedPatrol[]

  constructor(patrols: readonly JudgedPatrol[]) {
    this.#patrols = patrols
  }

  of(noise: TruthNoise, read: (patrol: JudgedPatrol) => Outcome[]): Errors {
    return errorsOf(this.#with(noise).flatMap(read))
  }

  method(noise: TruthNoise, method: Method): Errors {
    return this.of(noise, ({ methods }) => methods[method])
  }

  /** Credited on parts that were not ridden at all ÷ ridden, and what those parts are. */
  unridden(
    noise: TruthNoise,
    read: (patrol: JudgedPatrol) => RoadVerdict,
  ): { share: number; sameName: number } {
    const found = this.#with(noise).map(read)
    const sum = (of: Exclude<keyof RoadVerdict, 'outcomes'>) =>
      found.reduce((total, verdict) => total + verdict[of], 0)
    const unriddenM = sum('unriddenM')
    return {
      share: unriddenM / sum('riddenM'),
      sameName: sum('sameNameM') / unriddenM,
    }
  }

  unheard(noise: TruthNoise): number {
    const found = this.#with(noise)
    return found.reduce((total, { unheard }) => total + unheard, 0) / found.length
  }

  #with(wanted: TruthNoise): JudgedPatrol[] {
    return this.#patrols.filter(({ noise }) => noise === wanted)
  }
}

const percent = (share: number): string => (Number.isNaN(share) ? '–' : (100 * share).toFixed(1))
const signed = (share: number): string => (share >= 0 ? `+${percent(share)}` : percent(share))
const table = (head: readonly string[], rows: readonly string[][]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
const isDefault = (is: boolean, text: string): string => (is ? `**${text}** (default)` : text)

function ground(patrols: readonly JudgedPatrol[]): string {
  const { name, network, grids, components, rules } = truthGround()
  const where = name === 'huangpu' ? 'the streets of Huangpu, Shanghai' : "the simulator's own district"
  const kmOf = (parts: typeof network.parts) =>
    parts.reduce((total, { lengthM }) => total + lengthM, 0) / 1000
  const km = kmOf(network.parts)
  const closed = kmOf(network.parts.filter((part) => !rules.isPatrolled(part))) / km
  const placed = components.reduce((total, one) => total + one.components.length, 0)
  const ofNoise = patrols.length / TRUTH_NOISES.length
  const wayKm = patrols.reduce((total, { wayM }) => total + wayM, 0) / patrols.length / 1000
  const grid = patrols.reduce((total, one) => total + one.grids, 0) / patrols.length
  return (
    `These tables are from ${where}: ${km.toFixed(0)} km of streets in ${network.parts.length} parts, of which ` +
    `${percent(closed)} % of the length is not patrolled (\`notPatrolled\` in patrol-rules.yaml), ${grids.length} ` +
    `square grids of ${GRID_M} m, ${placed} components, one each ${COMPONENT_EVERY_M} m of street and up to ` +
    `${COMPONENT_ASIDE_M} m north or south and east or west of it. ${ofNoise} patrols of ${HOURS} h under each sky, ` +
    `${wayKm.toFixed(1)} km and ${grid.toFixed(1)} grids each; the ways are the same under all skies.`
  )
}

function findings(all: Figures): string {
  const wrong = (noise: TruthNoise, method: Method): string => {
    const { wrongly, covered } = all.method(noise, method)
    return percent(wrongly / covered)
  }
  const right = (noise: TruthNoise, method: Method): string => {
    const { wrongly, covered } = all.method(noise, method)
    return (100 - (100 * wrongly) / covered).toFixed(0)
  }
  const lost = (noise: TruthNoise, method: Method): string => {
    const { missedWrongly, truly } = all.method(noise, method)
    return percent(missedWrongly / truly)
  }
  const found = (noise: TruthNoise, rule: Rule): string => {
    const { covered, wrongly, truly } = all.method(noise, `road, ${rule}`)
    return percent((covered - wrongly) / truly)
  }
  const unriddenBy = (noise: TruthNoise, rule: Rule): string =>
    percent(all.unridden(noise, ({ roads }) => roads[rule]).share)
  const furthest = (noise: TruthNoise): string =>
    percent(Math.max(...AS_ANSWERED.map((method) => Math.abs(all.method(noise, method).bias))))
  const untold = REACHED.map((method) => `${method} ${percent(all.method('canyon', method).cannotTell)}`)
  const lostAt = (poorReachM: number): string => {
    const i = REACHES_M.indexOf(poorReachM)
    return REACHED.map((method) => {
      const { missedWrongly, truly } = all.of('canyon', ({ byReach }) => byReach[i]![method])
      return `${method} ${percent(missedWrongly / truly)} %`
    }).join(', ')
  }
  const biases = AS_ANSWERED.map((method) => `${method} ${signed(all.method('canyon', method).bias)}`)
  const area = all.method('canyon', 'area')
  const roadAt = (noise: TruthNoise, minConfidence: number): string => {
    const i = CONFIDENCES.indexOf(minConfidence)
    const at = all.of(noise, ({ byConfidence }) => byConfidence[i]!.outcomes)
    return `${percent(at.wrongly / at.covered)} and ${percent((at.covered - at.wrongly) / at.truly)} %`
  }
  const areaAt = (noise: TruthNoise, maxHdop: number): string => {
    const at = all.of(noise, ({ areaByHdop }) => areaByHdop[HDOPS.indexOf(maxHdop)]!)
    return `${percent(at.wrongly / at.covered)} and ${percent(at.covered / at.truly)} %`
  }
  return [
    `- **Under open sky** what the hub answers is within ${furthest('clean')} percentage points of the truth. The ` +
      `receiver gave no fix on ${percent(all.unheard('clean'))} % of the way, which nothing can credit. Crediting each street in sight ` +
      `puts ${unriddenBy('clean', 'in sight')} m on streets nobody rode for 100 m ridden; map matching ` +
      `${unriddenBy('clean', 'matched')} m.`,
    `- **In a usual town** what the hub answers is within ${furthest('urban')} points. Of what it credits, ` +
      `${wrong('urban', 'road, matched')} % of the street length, ${wrong('urban', 'components')} % of the components and ` +
      `${wrong('urban', 'area')} % of the cells are wrong; ${lost('urban', 'road, matched')} % of the street length that ` +
      'was ridden is called missed.',
    `- **In canyons throughout**, for 100 m ridden, the plain rules credit ${unriddenBy('canyon', 'in sight')} m (each ` +
      `street in sight) and ${unriddenBy('canyon', 'nearest')} m (the nearest one) on streets nobody rode, map matching ` +
      `${unriddenBy('canyon', 'matched')} m. Of all that they credit, ${wrong('canyon', 'road, in sight')} %, ` +
      `${wrong('canyon', 'road, nearest')} % and ${wrong('canyon', 'road, matched')} % is wrong. They find ` +
      `${found('canyon', 'in sight')} %, ${found('canyon', 'nearest')} % and ${found('canyon', 'matched')} % of what ` +
      'was ridden.',
    `- **"Covered" in canyons**: of 100 m of street that map matching credits ${right('canyon', 'road, matched')} were ` +
      `ridden; of 100 components ${right('canyon', 'components')} were passed; of 100 cells ` +
      `${right('canyon', 'area')} were seen.`,
    `- **"Missed" in canyons is no proof**: ${lost('canyon', 'road, matched')} % of the street length that was really ` +
      `ridden, ${lost('canyon', 'components')} % of the components really passed and ${lost('canyon', 'area')} % of the ` +
      'cells really seen are called missed, not "cannot tell". Look at the replay before blaming anybody by such a figure.',
    `- **Errors in canyons**, in points: ${biases.join('; ')}. That of area says little: ` +
      `${percent(area.wrongly)} points are credited wrongly and ${percent(area.truly - area.covered + area.wrongly)} not credited. What is not ` +
      `credited stands mostly as "cannot tell", in points: ${untold.join('; ')}.`,
    `- **\`minConfidence\`** trades one error for another. Wrong of the street length credited, and found of that ridden: ` +
      `${SOME_CONFIDENCES.map((it) => `at ${it} ${roadAt('canyon', it)} in canyons, ${roadAt('urban', it)} in a usual town`).join('; ')}. ` +
      `The default is ${ROAD_POLICY.minConfidence}.`,
    `- **\`maxHdop\`**: wrong of the cells credited, and credited in relation to those really seen: ` +
      `${SOME_HDOPS.map((it) => `at ${it} ${areaAt('canyon', it)} in canyons, ${areaAt('urban', it)} in a usual town`).join('; ')}. ` +
      `The default is ${AREA_POLICY.maxHdop}.`,
    `- **\`poorReachM\`**, how far from poor fixes "cannot tell" reaches, matters in canyons alone. Missed wrongly, of ` +
      `what was really seen, passed, or ridden: ${SOME_REACHES_M.map((it) => `at ${it} m ${lostAt(it)}`).join('; ')}. ` +
      `The default is ${AREA_POLICY.poorReachM} m.`,
  ].join('\n')
}

/** What a city may choose between. */
const SOME_CONFIDENCES = [0.5, 0.7, 0.9]
const SOME_HDOPS = [2, 3, 5]
const SOME_REACHES_M = [15, 50, 80]

/** What the hub says. */
const AS_ANSWERED = ['area', 'components', 'road, matched', 'visits, matched'] as const

function errors(all: Figures): string {
  const head = [
    'sky',
    'policy',
    'true',
    'covered',
    'cannot tell',
    'missed',
    'error',
    'mean of grids',
    'credited wrongly',
    'missed wrongly',
  ]
  return table(
    head,
    TRUTH_NOISES.flatMap((noise) =>
      METHODS.map((method) => {
        const found = all.method(noise, method)
        return [
          noise,
          method,
          percent(found.truly),
          percent(found.covered),
          percent(found.cannotTell),
          percent(found.missed),
          signed(found.bias),
          percent(found.meanAbsolute),
          percent(found.wrongly),
          percent(found.missedWrongly),
        ]
      }),
    ),
  )
}

function unridden(all: Figures): string {
  return table(
    ['sky', ...RULES, 'ridden without a fix'],
    TRUTH_NOISES.map((noise) => [
      noise,
      ...RULES.map((rule) => {
        const { share, sameName } = all.unridden(noise, ({ roads }) => roads[rule])
        return `${percent(share)} (${(100 * sameName).toFixed(0)} %)`
      }),
      percent(all.unheard(noise)),
    ]),
  )
}

function confidence(all: Figures): string {
  const head = [
    'sky',
    '`minConfidence`',
    'covered',
    'cannot tell',
    'credited wrongly',
    'of credited',
    'on streets nobody rode, per 100 m ridden',
    'found of ridden',
    'visits made',
    'visits wrongly',
  ]
  return table(
    head,
    (['canyon', 'urban'] as const).flatMap((noise) =>
      CONFIDENCES.map((value, i) => {
        const { covered, cannotTell, wrongly, truly } = all.of(
          noise,
          ({ byConfidence }) => byConfidence[i]!.outcomes,
        )
        const visits = all.of(noise, ({ byConfidence }) => byConfidence[i]!.visits)
        return [
          noise,
          isDefault(value === ROAD_POLICY.minConfidence, String(value)),
          percent(covered),
          percent(cannotTell),
          percent(wrongly),
          `${percent(wrongly / covered)} %`,
          percent(all.unridden(noise, ({ byConfidence }) => byConfidence[i]!).share),
          `${percent((covered - wrongly) / truly)} %`,
          percent(visits.covered),
          percent(visits.wrongly),
        ]
      }),
    ),
  )
}

function hdop(all: Figures): string {
  const columns = ['covered', 'cannot tell', 'credited wrongly', 'of credited', 'missed wrongly']
  const cells = ({ covered, cannotTell, wrongly, missedWrongly }: Errors): string[] => [
    percent(covered),
    percent(cannotTell),
    percent(wrongly),
    `${percent(wrongly / covered)} %`,
    percent(missedWrongly),
  ]
  return table(
    [
      'sky',
      '`maxHdop`',
      ...columns.map((name) => `area: ${name}`),
      ...columns.map((name) => `components: ${name}`),
    ],
    TRUTH_NOISES.flatMap((noise) =>
      HDOPS.map((value, i) => [
        noise,
        isDefault(value === AREA_POLICY.maxHdop, String(value)),
        ...cells(all.of(noise, ({ areaByHdop }) => areaByHdop[i]!)),
        ...cells(all.of(noise, ({ componentsByHdop }) => componentsByHdop[i]!)),
      ]),
    ),
  )
}

/** Under the other skies no fix, or next to none, is poor. */
function reach(all: Figures): string {
  const columns = ['cannot tell', 'of that true', 'missed wrongly', 'of all true']
  return table(
    ['`poorReachM`', ...REACHED.flatMap((method) => columns.map((name) => `${method}: ${name}`))],
    REACHES_M.map((value, i) => [
      isDefault(value === AREA_POLICY.poorReachM, `${value} m`),
      ...REACHED.flatMap((method) => {
        const found = all.of('canyon', ({ byReach }) => byReach[i]![method])
        const { truly, covered, wrongly, cannotTell, missedWrongly } = found
        return [
          percent(cannotTell),
          `${percent((truly - (covered - wrongly) - missedWrongly) / cannotTell)} %`,
          percent(missedWrongly),
          `${percent(missedWrongly / truly)} %`,
        ]
      }),
    ]),
  )
}

const PATROL_HEAD = ['seed', 'sky', 'grids', 'km', ...METHODS]

/** Of each method the error and, in brackets, what was credited wrongly. */
export function patrolRow({ seed, noise, grids, wayM, methods }: JudgedPatrol): string[] {
  return [
    String(seed),
    noise,
    String(grids),
    (wayM / 1000).toFixed(1),
    ...METHODS.map((method) => {
      const { bias, wrongly } = errorsOf(methods[method])
      return `${signed(bias)} (${percent(wrongly)})`
    }),
  ]
}
