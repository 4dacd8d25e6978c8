import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { decodeBody } from '../../../proto/codec/codec.ts'
import { DecodeError } from '../../../proto/codec/decode-error.ts'
import { type Body, LANES, type Lane } from '../../../proto/domain.ts'

/** What of one lane waits in an outbox's file. */
export interface WaitingLane {
  lane: Lane
  records: number
  bytes: number
  /** Of the oldest record; absent for photos, and where it cannot be read or the time is not known. */
  oldestMs?: number
}

/**
 * What waits in the outbox of a data folder, by lane, empty lanes left out; undefined where there is no outbox. Read
 * only; a gateway may be running on it.
 * @throws Error where the file cannot be read.
 */
export function waitingRecords(dataFolder: string): WaitingLane[] | undefined {
  const path = join(dataFolder, 'outbox.db')
  if (!existsSync(path)) return undefined
  try {
    const database = new DatabaseSync(address(path), { readOnly: true })
    try {
      return lanesOf(database)
    } finally {
      database.close()
    }
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}: the records in it cannot be counted`)
  }
}

/** A file that nobody has open, and that was closed in good order, is read without making files of SQLite's beside it. */
function address(path: string): URL {
  const url = pathToFileURL(path)
  if (!existsSync(`${path}-wal`)) url.searchParams.set('immutable', '1')
  return url
}

function lanesOf(database: DatabaseSync): WaitingLane[] {
  const oldest = database.prepare(
    'SELECT body FROM outbox WHERE lane = ? AND made_ms IS NULL ORDER BY sequence LIMIT 1',
  )
  return database
    .prepare(
      'SELECT lane, count(*) AS records, sum(length(body)) AS bytes FROM outbox GROUP BY lane ORDER BY lane',
    )
    .all()
    .map(({ lane: number, records, bytes }) => {
      const lane = LANES[number as number]!
      const body = oldest.get(number!)?.body as Uint8Array | undefined
      const oldestMs = body && timeOf(lane, body)
      return {
        lane,
        records: records as number,
        bytes: bytes as number,
        ...(oldestMs === undefined ? {} : { oldestMs }),
      }
    })
}

function timeOf(lane: Lane, bytes: Uint8Array): number | undefined {
  let body: Body
  try {
    body = decodeBody(lane, bytes)
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
  switch (body.lane) {
    case 'case':
      return body.report.timeMs
    case 'health':
      return body.health.timeMs
    case 'fix':
      return body.batch.fixes[0]?.timeMs
    case 'reading':
      return body.batch.readings[0]?.timeMs
    default:
      return undefined
  }
}
