import { COVERAGE_POLICIES, type CoveragePolicy } from '../../../proto/patrol-http.ts'

/** What the address says of the screen, so that a link opens the same thing. Reading never throws: an unknown value is left out. */

export const VIEWS = ['live', 'replay', 'coverage', 'shifts', 'missed', 'cases', 'report'] as const
export type View = (typeof VIEWS)[number]

export const LANGUAGES = ['zh', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

/** Whoever has a track in the range. */
export const ALL = '*'

/** Replay speeds: seconds of the patrol a second of the wall clock. */
export const SPEEDS = [0.5, 1, 2, 5, 10, 30, 60, 120, 300] as const
export type Speed = (typeof SPEEDS)[number]

/** The other side of a comparison: what one device did in a range of its own. */
export interface Compared {
  device: string
  fromMs: number
  toMs: number
}

export interface ScreenState {
  view: View
  /** The chosen device; of several that are replayed together, the one whose figures are shown. */
  device?: string
  /** Two or more that are replayed together, `device` among them, or all that rode; absent: that one alone. */
  devices?: string[] | typeof ALL
  fromMs?: number
  toMs?: number
  /** Playhead of the replay. */
  atMs?: number
  speed: Speed
  /** The map does not follow the device in replay. */
  still?: true
  compare?: Compared
  /** How often each place was passed is shown under the replay. */
  heat?: true
  grid?: string
  caseId?: string
  shift?: string
  policy?: CoveragePolicy
  /** What is chosen in the list of a view: a street part, a component, something missed, a finding. */
  item?: string
  /** The status of the device's gateway is open. */
  status?: true
  /** Absent: the language chosen last in this browser. */
  language?: Language
}

const DEVICE = /^[A-Za-z0-9_-]{1,64}$/
/** As many names as an address carries. */
export const MOST_DEVICES = 200
const GRID = /^[0-9A-Za-z_-]{1,24}$/
const CASE = /^[0-9a-z]{9}-[0-9a-z]{10}$/
const SHIFT = /^[^\p{C}]{1,128}$/u
const ITEM = /^[^\p{C}]{1,200}$/u
const DEFAULT_SPEED: Speed = 10

/** @param search the query part of an address, with or without its `?`. */
export function readState(search: string): ScreenState {
  const params = new URLSearchParams(search)
  const matching = (name: string, pattern: RegExp) => {
    const value = params.get(name)
    return value !== null && pattern.test(value) ? value : undefined
  }
  const state: ScreenState = {
    view: VIEWS.find((view) => view === params.get('view')) ?? 'live',
    speed: SPEEDS.find((speed) => String(speed) === params.get('speed')) ?? DEFAULT_SPEED,
  }
  const focus = matching('focus', DEVICE)
  const isAll = params.get('device') === ALL
  const devices = readDevices(params.get('device'))
  const device = isAll ? focus : (devices.find((each) => each === focus) ?? devices[0])
  if (device !== undefined) state.device = device
  if (isAll) state.devices = ALL
  else if (devices.length > 1) state.devices = devices
  const fromMs = readTime(params.get('from'))
  const toMs = readTime(params.get('to'))
  if (fromMs !== undefined && toMs !== undefined && fromMs < toMs) {
    state.fromMs = fromMs
    state.toMs = toMs
  }
  const atMs = readTime(params.get('at'))
  if (atMs !== undefined) state.atMs = atMs
  if (params.get('follow') === 'off') state.still = true
  const compare = readCompared(params.get('compare'))
  if (compare) state.compare = compare
  if (params.get('heat') === 'on') state.heat = true
  const grid = matching('grid', GRID)
  if (grid !== undefined) state.grid = grid
  const caseId = matching('case', CASE)
  if (caseId !== undefined) state.caseId = caseId
  const shift = matching('shift', SHIFT)
  if (shift !== undefined) state.shift = shift
  const policy = COVERAGE_POLICIES.find((known) => known === params.get('policy'))
  if (policy) state.policy = policy
  const item = matching('item', ITEM)
  if (item !== undefined) state.item = item
  if (device !== undefined && params.get('status') === 'open') state.status = true
  const language = LANGUAGES.find((known) => known === params.get('lang'))
  if (language) state.language = language
  return state
}

/** The query part of the address, with its `?`; `readState` of it gives the same state. */
export function writeState(state: ScreenState): string {
  const params = new URLSearchParams({ view: state.view })
  const devices = together(state)
  if (devices) params.set('device', typeof devices === 'string' ? devices : devices.join(','))
  else if (state.device !== undefined) params.set('device', state.device)
  if (devices && state.device !== undefined && state.device !== devices[0]) params.set('focus', state.device)
  if (state.fromMs !== undefined && state.toMs !== undefined) {
    params.set('from', writeTime(state.fromMs))
    params.set('to', writeTime(state.toMs))
  }
  if (state.atMs !== undefined) params.set('at', writeTime(state.atMs))
  if (state.speed !== DEFAULT_SPEED) params.set('speed', String(state.speed))
  if (state.still) params.set('follow', 'off')
  if (state.compare) {
    const { device, fromMs, toMs } = state.compare
    params.set('compare', [device, writeTime(fromMs), writeTime(toMs)].join(','))
  }
  if (state.heat) params.set('heat', 'on')
  if (state.grid !== undefined) params.set('grid', state.grid)
  if (state.caseId !== undefined) params.set('case', state.caseId)
  if (state.shift !== undefined) params.set('shift', state.shift)
  if (state.policy !== undefined) params.set('policy', state.policy)
  if (state.item !== undefined) params.set('item', state.item)
  if (state.status) params.set('status', 'open')
  if (state.language !== undefined) params.set('lang', state.language)
  // Colons and commas are legal in a query and far easier to read (RFC 3986 §3.4).
  return `?${params.toString().replaceAll('%3A', ':').replaceAll('%2C', ',')}`
}

/** The devices that are replayed together, as long as the chosen one is among them: another choice ends it. */
function together({ device, devices }: ScreenState): ScreenState['devices'] {
  if (devices === ALL) return ALL
  if (!devices || device === undefined || !devices.includes(device)) return undefined
  return devices.length > 1 ? devices.slice(0, MOST_DEVICES) : undefined
}

function readDevices(text: string | null): string[] {
  const named = (text ?? '').split(',').filter((name) => DEVICE.test(name))
  return [...new Set(named)].slice(0, MOST_DEVICES)
}

function readCompared(text: string | null): Compared | undefined {
  const [device, from, to] = (text ?? '').split(',')
  const fromMs = readTime(from ?? null)
  const toMs = readTime(to ?? null)
  if (device === undefined || !DEVICE.test(device) || fromMs === undefined || toMs === undefined)
    return undefined
  return fromMs < toMs ? { device, fromMs, toMs } : undefined
}

function readTime(text: string | null): number | undefined {
  if (text === null) return undefined
  const timeMs = /^\d{9,15}$/.test(text) ? Number(text) : Date.parse(text)
  return Number.isFinite(timeMs) ? timeMs : undefined
}

const writeTime = (timeMs: number): string => new Date(timeMs).toISOString().replace('.000Z', 'Z')
