import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Lane } from '../../../proto/domain.ts'
import { TrackColumns } from '../../../proto/http.ts'
import type { StartedHub } from '../../hub/started-hub.ts'

export interface HubRecord {
  boot: string
  sequence: number
  lane: Lane
  receivedMs: number
}

/** What a hub has committed, in the order of its coming. */
export function hubRecords(hub: StartedHub): HubRecord[] {
  const database = new DatabaseSync(join(hub.folder, 'intake.db'), { readOnly: true })
  try {
    return database
      .prepare('SELECT boot, sequence, lane, received_ms AS receivedMs FROM record ORDER BY id')
      .all() as unknown as HubRecord[]
  } finally {
    database.close()
  }
}

/** How many fixes the hub's store has of a device between two times. */
export async function storedFixes(
  hub: StartedHub,
  device: string,
  from: number,
  to: number,
): Promise<number> {
  const response = await hub.get(`/api/v1/devices/${device}/track?from=${from}&to=${to}`)
  return response.ok ? TrackColumns.parse(await response.json()).count : 0
}
