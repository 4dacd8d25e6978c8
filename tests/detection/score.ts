import { faultKind } from '../../proto/catalogue/catalogue.ts'
import type { CaseReport, Evidence } from '../../proto/domain.ts'
import { type Fault, faultsOf, type Trap, trapsOf } from './labels.ts'
import type { Played, PlayedDevice } from './played.ts'
import { clearAfterMs, dueAfterMs } from './rule-times.ts'

/**
 * Judges what gateways reported by what was true. A fault is found where a case of its kind is raised at its
 * component while it is there, or as soon after as its rule promises; or where such a case stands all the time,
 * because the fault flaps. Each further case of it is a double. A case that belongs to no fault is false, and is put
 * to the trap that it fell into.
 */

/** A case, from raising to clearing. */
export interface CaseLife {
  caseId: string
  gateway: string
  component: string
  kind: string
  /** When it was reported: true time, Unix ms. */
  raisedMs: number
  clearedMs: number | undefined
  reports: CaseReport[]
}

export type Clearing =
  | 'right'
  /** While the fault was there. */
  | 'early'
  /** Not when it was due. */
  | 'missing'
  /** The last sample does not show it. */
  | 'unproven'
  /** The fault stands at the end, comes back before its clearing is due, or is followed by a trap. */
  | 'not-due'

export interface FoundFault {
  fault: Fault
  found: CaseLife | undefined
  /** It came while its last case still stood, and needed none of its own. */
  standing: boolean
  doubles: CaseLife[]
  /** From when the case was due to when it was reported; absent where the begin is not known to the moment, or disturbed. */
  latencyMs: number | undefined
  clearing: Clearing
}

export interface FalseCase {
  life: CaseLife
  trap: Trap | undefined
}

export interface Score {
  faults: FoundFault[]
  traps: { trap: Trap; fooled: number }[]
  falseCases: FalseCase[]
  /** Reports whose evidence lacks something, in words. */
  incomplete: string[]
}

/** Readings come once a second at least, and the disk gathers for 100 ms. */
const SLACK_MS = 5000
/** A quantity passes its limit some moments before or after what the label says. */
const EARLY_MS = 1000

export function score(played: Played): Score {
  const lives = livesOf(played)
  const endMs = played.startMs + played.lastsMs
  const taken = new Set<CaseLife>()
  const faults = faultsOf(played).sort((a, b) => a.beginMs - b.beginMs)
  const found = faults.map((fault): FoundFault => {
    const device = deviceOf(played, fault.gateway)
    const own = lives.filter((life) => isAt(life, fault))
    const dueMs = fault.beginMs + dueAfterMs(device, fault)
    const during = own.filter(
      (life) =>
        !taken.has(life) &&
        life.raisedMs >= fault.beginMs - EARLY_MS &&
        life.raisedMs <= Math.max(fault.endMs, dueMs) + SLACK_MS,
    )
    for (const life of during) taken.add(life)
    const [first, ...doubles] = during
    const before = own.find(
      ({ raisedMs, clearedMs = Number.POSITIVE_INFINITY }) =>
        raisedMs < fault.beginMs && clearedMs >= Math.min(fault.endMs, endMs),
    )
    const life = first ?? before
    const again = faults.filter((other) => isAt(other, fault))
    return {
      fault,
      found: life,
      standing: first === undefined && before !== undefined,
      doubles,
      latencyMs: first && fault.sharp && !fault.disturbed ? first.raisedMs - dueMs : undefined,
      clearing: life ? clearingOf(life, fault, { device, again, endMs, truth: played.truth }) : 'not-due',
    }
  })
  const traps = trapsOf(played).map((trap) => ({ trap, fooled: 0 }))
  const falseCases = lives
    .filter((life) => !taken.has(life))
    .map((life): FalseCase => {
      const into = traps.find(({ trap }) => fellInto(life, trap, deviceOf(played, life.gateway)))
      if (into) into.fooled++
      return { life, trap: into?.trap }
    })
  const incomplete = played.reports.flatMap(({ report }) => {
    const lacks = lackOf(report)
    return lacks ? [`${report.fault} ${report.caseId} ${report.event}: ${lacks}`] : []
  })
  return { faults: found, traps, falseCases, incomplete }
}

/** The cases, in order of their raising. */
export function livesOf({ reports }: Pick<Played, 'reports'>): CaseLife[] {
  const lives = new Map<string, CaseLife>()
  for (const { gateway, madeMs, report } of reports) {
    const { caseId, component = '', fault: kind } = report
    const life = lives.get(caseId)
    if (!life) {
      const clearedMs = undefined
      lives.set(caseId, { caseId, gateway, component, kind, raisedMs: madeMs, clearedMs, reports: [report] })
      continue
    }
    life.reports.push(report)
    if (report.event === 'cleared') life.clearedMs = madeMs
  }
  return [...lives.values()].sort((a, b) => a.raisedMs - b.raisedMs)
}

interface Place {
  gateway: string
  component: string
  kind: string
}

function isAt(one: Place, other: Place): boolean {
  return one.gateway === other.gateway && one.component === other.component && one.kind === other.kind
}

function deviceOf({ devices }: Played, id: string): PlayedDevice {
  return devices.find((device) => device.id === id)!
}

interface Around {
  device: PlayedDevice
  /** All faults of this kind at this place. */
  again: readonly Fault[]
  truth: Played['truth']
  /** Of the scenario. */
  endMs: number
}

function clearingOf(life: CaseLife, fault: Fault, { device, again, truth, endMs }: Around): Clearing {
  const { clearedMs } = life
  const next = again.find(({ beginMs }) => beginMs > fault.beginMs)
  const nextMs = next?.beginMs ?? Number.POSITIVE_INFINITY
  if (clearedMs !== undefined && clearedMs < fault.endMs) return clearedMs > nextMs ? 'not-due' : 'early'
  const beginsMs = again.map(({ beginMs }) => beginMs)
  const dueMs = noticedMs(fault, truth) + clearAfterMs(device, fault, beginsMs)
  if (clearedMs === undefined || clearedMs > dueMs) {
    const disturbed = truth.some(
      ({ trap, component, timeMs, untilMs = endMs }) =>
        trap?.includes(fault.kind) &&
        component === fault.component &&
        timeMs < dueMs &&
        untilMs > fault.endMs,
    )
    return disturbed || dueMs > Math.min(endMs, nextMs) ? 'not-due' : 'missing'
  }
  const { evidence } = life.reports.at(-1)!
  return evidence && isProven(evidence, fault.kind) ? 'right' : 'unproven'
}

/** When its gateway can first see that it is over: a gateway that is away sees nothing. */
function noticedMs({ gateway, endMs }: Fault, truth: Played['truth']): number {
  const away = truth.find(
    ({ what, device, timeMs, untilMs = timeMs }) =>
      what === 'gateway-restarts' && device === gateway && timeMs <= endMs && untilMs > endMs,
  )
  return away?.untilMs ?? endMs
}

/** The sample that decided lies where the rule says that the fault is over. */
function isProven({ samples, clear, context }: Evidence, kind: string): boolean {
  const value = samples.at(-1)?.value
  if (value === undefined) return false
  const { lowest, highest } = context ?? {}
  if (lowest !== undefined && highest !== undefined) return value >= lowest && value <= highest
  const { raise: kindRaise, clear: kindClear } = faultKind(kind)
  return kindRaise > kindClear ? value <= clear : value >= clear
}

function fellInto(life: CaseLife, trap: Trap, device: PlayedDevice): boolean {
  if (life.gateway !== trap.gateway || !trap.kinds.includes(life.kind)) return false
  if (!trap.components.includes(life.component)) return false
  const asFault = { ...life, wired: device.wired, beginMs: 0, endMs: 0, sharp: false, disturbed: false }
  const lateMs = dueAfterMs(device, {
    ...asFault,
    happening: { timeMs: 0, device: '', what: '', component: '' },
  })
  return life.raisedMs >= trap.beginMs - EARLY_MS && life.raisedMs <= trap.endMs + lateMs + SLACK_MS
}

/** What a report's evidence lacks of what a person needs to believe it. */
function lackOf({ fault, evidence }: CaseReport): string | undefined {
  if (!evidence) return 'no evidence'
  const { rule, samples, raise, clear, holdMs, suppressed, context } = evidence
  if (rule !== `${fault}/${faultKind(fault).version}`) return `rule ${rule}`
  if (samples.length === 0) return 'no samples'
  if (samples.some(({ timeMs, value }) => !Number.isFinite(timeMs) || !Number.isFinite(value)))
    return 'a sample that is no number'
  if (samples.some(({ timeMs }, at) => at > 0 && timeMs < samples[at - 1]!.timeMs))
    return 'samples out of order'
  if (![raise, clear, holdMs].every(Number.isFinite)) return 'thresholds or hold'
  if (!Number.isInteger(suppressed) || suppressed < 0) return 'the count of what was suppressed'
  return context?.flaps === undefined ? 'context' : undefined
}
