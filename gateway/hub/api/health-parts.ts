import type { BrokerState } from '../broker/broker.ts'
import type { CursorState } from '../intake/cursor.ts'
import type { IntakeState } from '../intake/intake.ts'
import type { TrackStore } from '../stores/track-store.ts'
import type { PartState } from './routes/health.ts'

/** A line of /healthz for each part of the hub, from what the parts say of themselves. */
export interface HealthSources {
  broker(): BrokerState
  intake(): IntakeState
  trackCursor(): CursorState
  caseCursor(): CursorState
  photoCursor(): CursorState
  deadLetters(): { waiting: number; asked: number; lettersPushedOut: number }
  store: TrackStore
}

/** The store is asked at most so often, however many ask us. */
const CHECK_EVERY_MS = 5000
const CHECK_TIMEOUT_MS = 3000

export function healthParts(sources: HealthSources): () => Promise<PartState[]> {
  const checkStore = cachedCheck(sources.store)
  return async () => {
    const { broker, intake, trackCursor, caseCursor, photoCursor, deadLetters } = sources
    const storeProblem = await checkStore()
    const tracks = trackCursor()
    return [
      part('broker', alarmed(broker())),
      part('intake', intake()),
      part('track store', {
        ok: tracks.ok && storeProblem === undefined,
        detail: lagging(storeProblem ?? tracks.detail, tracks.lag),
      }),
      part('ledger', caseCursor()),
      part('photos', photoCursor()),
      part('dead letters', { ok: true, detail: waitingLetters(deadLetters()) }),
    ]
  }
}

function part(name: string, { ok, detail }: { ok: boolean; detail?: string | undefined }): PartState {
  return { name, ok, ...(detail === undefined ? {} : { detail }) }
}

/** Gateways are served, and yet something wants a person. */
function alarmed({ ok, detail, alarms }: BrokerState): { ok: boolean; detail: string | undefined } {
  const all = detail === undefined ? alarms : [detail, ...alarms]
  return { ok: ok && alarms.length === 0, detail: all.length === 0 ? undefined : all.join('; ') }
}

/** Nothing is held up by them, and yet a person should look. */
function waitingLetters(letters: ReturnType<HealthSources['deadLetters']>): string | undefined {
  const { waiting, asked, lettersPushedOut } = letters
  const said = []
  if (waiting > 0) said.push(`${waiting} wait for a person: gridpatrol dead-letters list`)
  if (asked > 0) said.push(`${asked} are being replayed`)
  if (lettersPushedOut > 0) said.push(`${lettersPushedOut} were pushed out by newer ones`)
  return said.length === 0 ? undefined : said.join('; ')
}

function lagging(problem: string | undefined, lag: number): string | undefined {
  return problem === undefined ? undefined : `${problem}; ${lag} records wait in the intake log`
}

function cachedCheck(store: TrackStore): () => Promise<string | undefined> {
  let checkedMs = Number.NEGATIVE_INFINITY
  let result: Promise<string | undefined> = Promise.resolve(undefined)
  return () => {
    if (performance.now() - checkedMs < CHECK_EVERY_MS) return result
    checkedMs = performance.now()
    result = problemOf(store)
    return result
  }
}

/** What is wrong with the store, in words; undefined: nothing. */
async function problemOf(store: TrackStore): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, CHECK_TIMEOUT_MS, `no answer in ${CHECK_TIMEOUT_MS / 1000} s`)
  })
  const check = store.check().then(
    () => undefined,
    (error: Error) => error.message,
  )
  return Promise.race([check, timeout]).finally(() => clearTimeout(timer))
}
