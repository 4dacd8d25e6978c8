import { z } from 'zod'
import { CATALOGUE, type Catalogue, type FaultKind } from '../../../proto/catalogue/catalogue.ts'
import { parametersIn } from '../../../proto/catalogue/catalogue-schema.ts'
import { DETECTORS, FaultParameters, parameterProblems } from '../../../proto/catalogue/fault-parameters.ts'
import { GATEWAY_METRICS } from './fault-detector.ts'
import { defaultDueBy } from './lamp-due.ts'

/** The part of a gateway's configuration that says which faults are watched at a component, and by which values. */

/** Settings of one fault at one component: each replaces the catalogue's value. Which of them a kind has is checked by {@link checkFaults}. */
export const FaultSettings = FaultParameters.partial()
export type FaultSettings = z.infer<typeof FaultSettings>

/** Fault kinds by name; an empty entry takes the catalogue's values. */
export const FaultsOfComponent = z.record(z.string(), FaultSettings).default({})

/** What the detectors need to know of a component. */
export interface WatchedComponent {
  code: string
  position?: { lat: number; lon: number } | undefined
  sensors: readonly { metric: string; port?: string | undefined }[]
  faults: Record<string, FaultSettings>
}

export interface WatchedGateway {
  components: readonly WatchedComponent[]
  ports: readonly { name: string; driver: string }[]
}

/** Tells one mistake: where it stands under `components`, and what it is. */
export type FaultIssue = (path: (string | number)[], message: string) => void

/**
 * Checks the faults of all components against the catalogue, their sensors, and each other. Every mistake is told
 * with its path from the configuration's root.
 */
export function checkFaults(
  gateway: WatchedGateway,
  issue: FaultIssue,
  catalogue: Catalogue = CATALOGUE,
): void {
  gateway.components.forEach((component, c) => {
    component.sensors.forEach(({ metric }, s) => {
      if (Object.values<string>(GATEWAY_METRICS).includes(metric))
        issue(
          ['components', c, 'sensors', s, 'metric'],
          `'${metric}' is the gateway's own: choose another name`,
        )
    })
    for (const [name, settings] of Object.entries(component.faults)) {
      const tell: FaultIssue = (path, message) => issue(['components', c, 'faults', name, ...path], message)
      let kind: FaultKind
      try {
        kind = catalogue.faultKind(name)
      } catch (error) {
        tell([], (error as Error).message)
        continue
      }
      checkSettings(kind, settings, tell)
      checkSensors(kind, settings, component, gateway, tell)
      checkPorts(kind, settings, gateway, tell)
      if (kind.detector === 'circuit') checkMembers(kind, settings, component, gateway, catalogue, tell)
    }
  })
}

function checkSettings(kind: FaultKind, settings: FaultSettings, tell: FaultIssue): void {
  const given = { ...parametersIn(kind), ...parametersIn(settings) }
  for (const { path, message } of parameterProblems(kind.detector, given, kind.raise > kind.clear))
    tell(path, message)
  for (const asked of DETECTORS[kind.detector].asks)
    if (given[asked] === undefined)
      tell([asked], `missing: the detector ${kind.detector} cannot know it by itself`)
}

/** Detectors that judge the sensors themselves or the gateway; all others need a sensor of their own. */
const WITHOUT_SENSOR: readonly string[] = ['circuit', 'gps_lost', 'port_silent']

function checkSensors(
  kind: FaultKind,
  settings: FaultSettings,
  { code, position, sensors }: WatchedComponent,
  { ports }: WatchedGateway,
  tell: FaultIssue,
): void {
  const measured = (metric: string) => sensors.some((sensor) => sensor.metric === metric)
  if (WITHOUT_SENSOR.includes(kind.detector)) return
  if (kind.detector === 'stuck' || kind.detector === 'out_of_range' || kind.detector === 'silence') {
    if (sensors.length === 0) tell([], `watches sensors, and ${code} has none`)
    const named = { metrics: settings.metrics ?? [], ranges: Object.keys(settings.ranges ?? {}) }
    for (const [key, metrics] of Object.entries(named))
      for (const metric of metrics)
        if (!measured(metric)) tell([key], `'${metric}' is measured by no sensor of ${code}`)
    return
  }
  const needed = kind.from ?? kind.metric
  if (!measured(needed)) tell([], `is judged by ${needed}, which no sensor of ${code} measures`)
  if (kind.detector !== 'lamp_out' && kind.detector !== 'lamp_on_by_day') return
  const dueBy = settings.dueBy ?? kind.dueBy ?? defaultDueBy({ ...kind, ...settings }, sensors)
  if (dueBy.startsWith('light') && !measured('light_lux'))
    tell([], `is judged by the light, but no sensor of ${code} measures light_lux`)
  const placed = position !== undefined || ports.some(({ driver }) => driver === 'nmea')
  if (dueBy.endsWith('sun') && !placed)
    tell(
      [],
      `is judged by the sun, but ${code} has no position and the gateway no GPS port: give a position, a light_lux sensor or a schedule`,
    )
}

function checkPorts(
  kind: FaultKind,
  settings: FaultSettings,
  { ports }: WatchedGateway,
  tell: FaultIssue,
): void {
  const receivers = ports.filter(({ driver }) => driver === 'nmea')
  const usable = kind.detector === 'gps_lost' ? receivers : ports
  if (kind.detector === 'gps_lost' && receivers.length === 0)
    tell([], 'watches GPS receivers, and the gateway has no nmea port')
  for (const port of settings.ports ?? [])
    if (!usable.some(({ name }) => name === port))
      tell(
        ['ports'],
        `'${port}' is no ${kind.detector === 'gps_lost' ? 'nmea port' : 'port'}: expected one of ${usable.map(({ name }) => name).join(', ')}`,
      )
}

function checkMembers(
  kind: FaultKind,
  settings: FaultSettings,
  { code }: WatchedComponent,
  { components }: WatchedGateway,
  catalogue: Catalogue,
  tell: FaultIssue,
): void {
  const windowMs = settings.windowMs ?? kind.windowMs!
  const members = settings.members ?? []
  members.forEach((member, m) => {
    const found = components.find((component) => component.code === member)
    if (member === code) tell(['members', m], `${member} cannot be a member of itself`)
    else if (!found) tell(['members', m], `${member} is no component of this gateway`)
    else if (members.indexOf(member) < m) tell(['members', m], `${member} stands here twice`)
    for (const [name, own] of Object.entries(found?.faults ?? {})) {
      const silence = catalogue.faultNamesKnown().includes(name) ? catalogue.faultKind(name) : undefined
      if (silence?.detector !== 'silence') continue
      const raiseS = own.raise ?? silence.raise
      // Sooner, and a member could be raised before the circuit is suspected.
      if (raiseS * 1000 < windowMs)
        tell(
          ['members', m],
          `${member} is ${name} after ${raiseS} s: expected at least the circuit's window of ${windowMs / 1000} s, or one cut cable is many cases`,
        )
    }
  })
}
