import type { HappeningTruth } from '../../device-sim/truth.ts'
import { faultKind } from '../../proto/catalogue/catalogue.ts'
import type { Played, PlayedDevice } from './played.ts'

/** What was true, as the scenario labels it: faults that must be raised, and traps that must not be taken for one. */

export interface Fault {
  kind: string
  gateway: string
  component: string
  /** Driver of the port that it is heard through. */
  wired: string
  /** True time, Unix ms. */
  beginMs: number
  /** Infinity where it stands at the end. */
  endMs: number
  /** Its begin is known to the moment: no slow ramp leads to it. */
  sharp: boolean
  /** Something shakes it, or hides it, just then: a trap for the same kind. */
  disturbed: boolean
  happening: HappeningTruth
}

export interface Trap {
  what: string
  kinds: readonly string[]
  gateway: string
  /** Where it could deceive. */
  components: readonly string[]
  beginMs: number
  endMs: number
}

/** A ramp that is no longer than this is none. */
const SHARP_MS = 1000

export function faultsOf({ truth, devices }: Pick<Played, 'truth' | 'devices'>): Fault[] {
  return truth.flatMap((happening) =>
    (happening.fault ?? []).flatMap((kind) => {
      const device = deviceOf(devices, happening)
      const { timeMs, faultMs, faultUntilMs, untilMs, over } = happening
      const isRamp = typeof over === 'number' && over > SHARP_MS
      const isRate = faultKind(kind).detector === 'rate'
      return placesOf(device, happening, kind).map((component) => ({
        kind,
        gateway: device.id,
        component,
        wired: device.wired,
        beginMs: faultMs ?? timeMs,
        // A rate begins and ends with its ramp.
        endMs: faultUntilMs ?? (isRate ? timeMs + Number(over) : untilMs) ?? Number.POSITIVE_INFINITY,
        sharp: faultMs === undefined && (isRate || !isRamp),
        disturbed: truth.some((other) =>
          disturbs(other, device, { kind, component, beginMs: faultMs ?? timeMs }),
        ),
        happening,
      }))
    }),
  )
}

export function trapsOf({ truth, devices }: Pick<Played, 'truth' | 'devices'>): Trap[] {
  return truth
    .filter(({ trap }) => trap !== undefined)
    .map((happening) => {
      const device = deviceOf(devices, happening)
      const { what, trap: kinds, timeMs, untilMs } = happening
      return {
        what,
        kinds: kinds!,
        gateway: device.id,
        components: [...new Set(kinds!.flatMap((kind) => temptedBy(device, happening, kind)))],
        beginMs: timeMs,
        endMs: untilMs ?? Number.POSITIVE_INFINITY,
      }
    })
}

/** So long around the begin of a fault: longer than any hold, but for those of minutes. */
const BEGIN_MS = 15_000

function disturbs(
  { trap, component, timeMs, untilMs = Number.POSITIVE_INFINITY }: HappeningTruth,
  { code }: PlayedDevice,
  fault: Pick<Fault, 'kind' | 'component' | 'beginMs'>,
): boolean {
  if (!trap?.includes(fault.kind) || (component !== fault.component && component !== code)) return false
  return timeMs < fault.beginMs + BEGIN_MS && untilMs > fault.beginMs - BEGIN_MS
}

/** What happens to a whole device happens to all of its components that are watched for that kind. */
function placesOf(device: PlayedDevice, { component }: HappeningTruth, kind: string): string[] {
  const watching = device.components.filter(({ faults }) => kind in faults).map(({ code }) => code)
  if (watching.includes(component)) return [component]
  if (component !== device.code && !isCircuit(device, component))
    throw new Error(`label ${kind}: ${component} of ${device.id} is not watched for it`)
  return watching
}

/** What could be deceived: the component itself, or whatever of its gateway is watched for that kind. */
function temptedBy(device: PlayedDevice, { component }: HappeningTruth, kind: string): string[] {
  const watching = device.components.filter(({ faults }) => kind in faults).map(({ code }) => code)
  if (watching.length === 0) throw new Error(`label ${kind}: nothing of ${device.id} is watched for it`)
  return watching.includes(component) ? [component] : watching
}

const isCircuit = (device: PlayedDevice, code: string): boolean =>
  device.components.some((component) => component.code === code && 'circuit_silent' in component.faults)

function deviceOf(devices: readonly PlayedDevice[], { device }: HappeningTruth): PlayedDevice {
  return devices.find(({ id }) => id === device)!
}
