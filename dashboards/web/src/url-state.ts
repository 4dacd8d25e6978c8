/** What the address says of the screen, so that a link opens the same thing. Reading never throws: an unknown value is left out. */

export const VIEWS = ['live', 'replay', 'coverage', 'cases'] as const
export type View = (typeof VIEWS)[number]

export const LANGUAGES = ['zh', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

/** Replay speeds: seconds of the patrol a second of the wall clock. */
export const SPEEDS = [1, 2, 5, 10, 30, 60] as const
export type Speed = (typeof SPEEDS)[number]

export interface ScreenState {
  view: View
  device?: string
  fromMs?: number
  toMs?: number
  /** Playhead of the replay. */
  atMs?: number
  speed: Speed
  grid?: string
  caseId?: string
  /** The status of the device's gateway is open. */
  status?: true
  /** Absent: the language chosen last in this browser. */
  language?: Language
}

const DEVICE = /^[A-Za-z0-9_-]{1,64}$/
const GRID = /^[0-9A-Za-z_-]{1,24}$/
const CASE = /^[0-9a-z]{9}-[0-9a-z]{10}$/
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
  const device = matching('device', DEVICE)
  if (device !== undefined) state.device = device
  const fromMs = readTime(params.get('from'))
  const toMs = readTime(params.get('to'))
  if (fromMs !== undefined && toMs !== undefined && fromMs < toMs) {
    state.fromMs = fromMs
    state.toMs = toMs
  }
  const atMs = readTime(params.get('at'))
  if (atMs !== undefined) state.atMs = atMs
  const grid = matching('grid', GRID)
  if (grid !== undefined) state.grid = grid
  const caseId = matching('case', CASE)
  if (caseId !== undefined) state.caseId = caseId
  if (device !== undefined && params.get('status') === 'open') state.status = true
  const language = LANGUAGES.find((known) => known === params.get('lang'))
  if (language) state.language = language
  return state
}

/** The query part of the address, with its `?`; `readState` of it gives the same state. */
export function writeState(state: ScreenState): string {
  const params = new URLSearchParams({ view: state.view })
  if (state.device !== undefined) params.set('device', state.device)
  if (state.fromMs !== undefined && state.toMs !== undefined) {
    params.set('from', writeTime(state.fromMs))
    params.set('to', writeTime(state.toMs))
  }
  if (state.atMs !== undefined) params.set('at', writeTime(state.atMs))
  if (state.speed !== DEFAULT_SPEED) params.set('speed', String(state.speed))
  if (state.grid !== undefined) params.set('grid', state.grid)
  if (state.caseId !== undefined) params.set('case', state.caseId)
  if (state.status) params.set('status', 'open')
  if (state.language !== undefined) params.set('lang', state.language)
  // Colons are legal in a query and far easier to read (RFC 3986 §3.4).
  return `?${params.toString().replaceAll('%3A', ':')}`
}

function readTime(text: string | null): number | undefined {
  if (text === null) return undefined
  const timeMs = /^\d{9,15}$/.test(text) ? Number(text) : Date.parse(text)
  return Number.isFinite(timeMs) ? timeMs : undefined
}

const writeTime = (timeMs: number): string => new Date(timeMs).toISOString().replace('.000Z', 'Z')
