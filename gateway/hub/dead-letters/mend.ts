import type { Lane } from '../../../proto/domain.ts'
import { bodyFromJson, bodyToJson, NoBody } from './body-json.ts'

/** What a person does to the body of a letter, in this order. */
export interface Mending {
  /** Takes the place of the whole body: what `show --json` gave, or its `body` alone. */
  replacement?: unknown
  /** `batch.fixes[3].altM=4.1`: the value is JSON, or text where it is none. */
  settings: string[]
  /** Places of the fixes or readings to leave out, from 0. */
  dropped: number[]
}

/**
 * The mended body, encoded.
 * @throws NoBody where the result is none, or a place is not there; DecodeError where the body cannot be decoded and
 *   nothing replaces it.
 */
export function mendedBody(lane: Lane, body: Uint8Array, mending: Mending): Uint8Array {
  const { replacement, settings, dropped } = mending
  const json = replacement === undefined ? structuredClone(bodyToJson(lane, body)) : bodyInside(replacement)
  for (const setting of settings) set(json, setting)
  dropPoints(json, dropped)
  return bodyFromJson(lane, json)
}

function bodyInside(replacement: unknown): unknown {
  const whole = replacement as { body?: unknown } | null
  return typeof whole === 'object' && whole !== null && 'body' in whole ? whole.body : replacement
}

function set(json: unknown, setting: string): void {
  const at = setting.indexOf('=')
  if (at < 1) throw new NoBody(`${setting}: expected PATH=VALUE, such as batch.fixes[3].altM=4.1`)
  const path = setting.slice(0, at)
  const keys = path.split(/[.[\]]+/).filter((key) => key !== '')
  const last = keys.pop()!
  let holder = json
  for (const key of keys) holder = own(holder, key, path)
  if (typeof holder !== 'object' || holder === null || last === '__proto__')
    throw new NoBody(`${path}: no such place; \`show --json\` has them all`)
  const text = setting.slice(at + 1)
  // A place that is not of the wire is found when the body is encoded.
  ;(holder as Record<string, unknown>)[last] = jsonOr(text)
}

function own(holder: unknown, key: string, path: string): unknown {
  if (typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key))
    return (holder as Record<string, unknown>)[key]
  throw new NoBody(`${path}: there is no ${key}; \`show --json\` has all places`)
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function dropPoints(json: unknown, dropped: number[]): void {
  if (dropped.length === 0) return
  const batch = (json as { batch?: { fixes?: unknown[]; readings?: unknown[] } }).batch
  const points = batch?.fixes ?? batch?.readings
  if (!batch || !Array.isArray(points)) throw new NoBody('this body has no fixes or readings to leave out')
  const missing = dropped.find((index) => index >= points.length)
  if (missing !== undefined)
    throw new NoBody(`there is no point ${missing}: expected 0 to ${points.length - 1}`)
  const left = points.filter((_, i) => !dropped.includes(i))
  if (left.length === 0) throw new NoBody('no point would be left; discard the letter instead')
  if (batch.fixes) batch.fixes = left
  else batch.readings = left
}
