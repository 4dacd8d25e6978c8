import { InfluxTrackStore } from './influx-track-store.ts'
import { SqliteTrackStore } from './sqlite-track-store.ts'
import type { StoreConfig } from './store-config.ts'
import type { TrackStore } from './track-store.ts'

/**
 * The configured store. InfluxDB may be down meanwhile: its calls fail with StoreUnavailable until it answers.
 * @param dataDir - the hub's data folder, where the SQLite store keeps tracks.db.
 * @throws Error of node:sqlite where its file cannot be opened or is no database.
 */
export async function openTrackStore(store: StoreConfig, dataDir: string): Promise<TrackStore> {
  return store.kind === 'sqlite' ? new SqliteTrackStore(dataDir) : new InfluxTrackStore(store)
}
