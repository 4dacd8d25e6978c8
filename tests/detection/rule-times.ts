import { faultKind } from '../../proto/catalogue/catalogue.ts'
import type { Fault } from './labels.ts'
import type { PlayedDevice } from './played.ts'

/**
 * What a rule promises, in time: how long after the begin of a fault its case is due, and how long after the end
 * its clearing. All of it follows from the rule's own parameters.
 */

/** A watchdog that looks four times in its time. */
const WATCHDOG_SHARE = 1.25
/** Waits between two attempts to open a port, or to ask a slave that is silent, grow to a minute. */
const ASKED_AGAIN_MS = 65_000
/** Readings come, and a node says again what may have got lost. */
const HEARD_MS = 20_000
const MAX_FLAP_HOLD_MS = 600_000
/** A cover or pole may lean against what tilts it by so much. */
const INSTALLED_DEG = 3

interface Times {
  raise: number
  holdMs: number
  windowMs: number
  flapEpisodes: number
  flapWithinMs: number
}

/** The parameters of a kind at a component: the catalogue's, with the configuration's in their place. */
function timesOf(device: PlayedDevice, component: string, kind: string): Times {
  const settings = device.components.find(({ code }) => code === component)?.faults[kind] ?? {}
  const { raise, holdMs, windowMs = 0, flapEpisodes, flapWithinMs } = { ...faultKind(kind), ...settings }
  return { raise, holdMs, windowMs, flapEpisodes, flapWithinMs }
}

/**
 * Milliseconds from the begin of a fault to its case, at the latest: the hold (none for what lies
 * upside down), the window of what is judged over time, the seconds of a silence, and how long a line takes to call
 * itself silent.
 */
export function dueAfterMs(device: PlayedDevice, fault: Fault): number {
  const { kind, component, happening } = fault
  const times = timesOf(device, component, kind)
  const hold = times.holdMs
  const { detector, atOnceDeg = Number.POSITIVE_INFINITY } = faultKind(kind)
  switch (detector) {
    case 'tilt':
      return Math.abs(Number(happening.deg)) >= atOnceDeg + INSTALLED_DEG ? 0 : hold
    case 'rate':
    case 'flicker':
    case 'circuit':
      return times.windowMs + hold
    case 'silence':
    case 'stuck':
    case 'gps_lost':
      return times.raise * 1000
    case 'port_silent': {
      // A pulled cable is seen at once.
      const silenceMs =
        happening.what === 'unplugged' ? 0 : Math.max(...device.ports.map((port) => port.silenceMs))
      return times.raise * 1000 + silenceMs * WATCHDOG_SHARE
    }
    default:
      return hold
  }
}

/**
 * Milliseconds from the end of a fault to its clearing, at the latest.
 * @param beginsMs when this fault came and came again at this place.
 */
export function clearAfterMs(device: PlayedDevice, fault: Fault, beginsMs: readonly number[]): number {
  const { kind, component, happening, beginMs, endMs } = fault
  const { windowMs, flapEpisodes, flapWithinMs } = timesOf(device, component, kind)
  const { detector } = faultKind(kind)
  const ofLate = beginsMs.filter((ms) => ms <= beginMs && ms > endMs - flapWithinMs)
  // What leaks away, cools down or is laid back does so after the end.
  const fading = ['over', 'recedes', 'fades', 'cools'].map((name) => Number(happening[name] ?? 0))
  const isSilence = ['silence', 'circuit', 'gps_lost', 'port_silent'].includes(detector)
  return (
    (isSilence ? ASKED_AGAIN_MS : HEARD_MS) +
    // A frame that says so may be lost: then the next heartbeat does.
    2 * (device.heartbeatMs ?? 0) +
    (ofLate.length >= flapEpisodes ? MAX_FLAP_HOLD_MS : 0) +
    (detector === 'rate' || detector === 'flicker' ? windowMs : 0) +
    Math.max(...fading)
  )
}
