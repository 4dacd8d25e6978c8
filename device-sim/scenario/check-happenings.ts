import { APPLIES } from './applies.ts'
import type { ComponentDevice, Device } from './device-options.ts'
import { isSwitch, metricsOfDevice, portNames } from './device-ports.ts'
import type { Happening } from './happenings.ts'
import { type Drawn, Duration } from './quantities.ts'

/** Whether each happening can happen to whom it is said to happen: what no schema of one happening can know. */

export type Tell = (path: (string | number)[], message: string) => void

interface Checked {
  lasts: number
  devices: Device[]
  happens: Happening[]
}

export function checkHappenings({ lasts, devices, happens }: Checked, tell: Tell): void {
  happens.forEach((happening, index) => {
    const here: Tell = (path, message) => tell(['happens', index, ...path], message)
    checkTimes(happening, lasts, here)
    checkLabels(happening, here)
    for (const id of [happening.device].flat()) {
      const device = devices.find((one) => one.id === id)
      if (device) checkDevice(happening, device, here)
      else
        here(['device'], `'${id}' is no device: expected one of ${devices.map((one) => one.id).join(', ')}`)
    }
  })
}

const least = (drawn: Drawn): number => (typeof drawn === 'number' ? drawn : drawn[0])
const most = (drawn: Drawn): number => (typeof drawn === 'number' ? drawn : drawn[1])

/** How long a happening lasts at most; Infinity: to the end. */
export function longestMs(happening: Happening): number {
  const { lasts } = APPLIES[happening.what]
  if (happening.for !== undefined) return most(happening.for)
  return lasts === undefined ? Number.POSITIVE_INFINITY : Duration.parse(lasts)
}

function checkTimes(happening: Happening, lastsMs: number, tell: Tell): void {
  const { at, every, times } = happening
  if (least(at) >= lastsMs) tell(['at'], 'after the end of the scenario: expected less than lasts')
  if (times !== undefined && times > 1 && every === undefined)
    tell(['every'], 'missing: expected the time from one occurrence to the next')
  if (every !== undefined && least(every) < longestMs(happening))
    tell(
      ['every'],
      happening.for === undefined && longestMs(happening) === Number.POSITIVE_INFINITY
        ? 'it never ends, so it cannot happen again: expected `for` too'
        : 'occurrences would overlap: expected `every` at least as long as `for`',
    )
  if (happening.what === 'week-rollover' && (happening.for !== undefined || every !== undefined))
    tell([every === undefined ? 'for' : 'every'], 'it happens once and does not end: leave it out')
  if (happening.what === 'truck' && longestMs(happening) >= 2000)
    tell(['for'], 'a truck shakes a cover for less than 2s: longer is `tilts`')
}

function checkLabels(happening: Happening, tell: Tell): void {
  const { fault = [], trap = [], faultAfter, faultFor } = happening
  for (const kind of fault)
    if (trap.includes(kind)) tell(['trap'], `${kind} is both fault and trap: expected one of them`)
  if (fault.length > 0) return
  if (faultAfter !== undefined) tell(['faultAfter'], 'there is no `fault`: expected both or neither')
  if (faultFor !== undefined) tell(['faultFor'], 'there is no `fault`: expected both or neither')
}

/** What no contact can say. */
const UNSAYABLE: readonly Happening['what'][] = ['overflows', 'not-a-number', 'noise']

function checkDevice(happening: Happening, device: Device, tell: Tell): void {
  const { what } = happening
  const applies = APPLIES[what]
  if (!applies.kinds.includes(device.kind)) {
    tell(
      ['what'],
      `${what} cannot happen to a device of kind ${device.kind}: expected ${applies.kinds.join(', ')}`,
    )
    return
  }
  if ('port' in happening && happening.port !== undefined) checkPort(happening.port, device, tell)
  if (device.kind === 'ebike' || device.kind === 'terminal') return
  if ('metric' in happening && isSwitch(happening.metric ?? 'tilt_deg') && UNSAYABLE.includes(what))
    tell(['metric'], `${happening.metric} is a contact, which is open or closed: expected another metric`)
  if (applies.wired && !applies.wired.includes(device.wired))
    tell(
      ['what'],
      `${what} cannot happen to what is wired by ${device.wired}: expected ${applies.wired.join(', ')}`,
    )
  checkComponents(happening, device, tell)
  if (happening.what === 'circuit-cut' && !(device.kind === 'lamp' && happening.circuit <= device.circuits))
    tell(['circuit'], `${device.id} has no circuit ${happening.circuit}`)
}

function checkComponents(happening: Happening, device: ComponentDevice, tell: Tell): void {
  if (!('component' in happening)) return
  for (const number of happening.component === 'all' ? [] : [happening.component].flat())
    if (number > device.components)
      tell(['component'], `${device.id} has no component ${number}: expected 1 to ${device.components}`)
  const measured: readonly string[] = metricsOfDevice(device)
  const { metrics } = APPLIES[happening.what]
  if (metrics && !metrics.some((metric) => measured.includes(metric)))
    tell(['what'], `${device.id} measures none of ${metrics.join(', ')}: nobody would notice`)
  if ('metric' in happening && happening.metric !== undefined && !measured.includes(happening.metric))
    tell(['metric'], `${device.id} does not measure ${happening.metric}: expected ${measured.join(', ')}`)
}

function checkPort(port: string, device: Device, tell: Tell): void {
  const names = portNames(device)
  if (!names.includes(port))
    tell(['port'], `${device.id} has no port '${port}': expected ${names.join(', ')}`)
}
