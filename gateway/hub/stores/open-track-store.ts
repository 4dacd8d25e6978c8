import { readFile } from 'node:fs/promises'
import { InfluxTrackStore } from './influx-track-store.ts'
import { SqliteTrackStore } from './sqlite-track-store.ts'
import type { InfluxStoreConfig, StoreConfig } from './store-config.ts'
import type { TrackStore } from './track-store.ts'

/**
 * The configured store. InfluxDB may be down meanwhile: its calls fail with StoreUnavailable until it answers.
 * @param dataDir - the hub's data folder, where the SQLite store keeps tracks.db.
 * @throws Error of node:sqlite where its file cannot be opened or is no database; Error where tokenFile cannot be read.
 */
export async function openTrackStore(store: StoreConfig, dataDir: string): Promise<TrackStore> {
  return store.kind === 'sqlite'
    ? new SqliteTrackStore(dataDir)
    : new InfluxTrackStore(await withTokenOfFile(store))
}

async function withTokenOfFile(store: InfluxStoreConfig): Promise<InfluxStoreConfig> {
  if (store.tokenFile === undefined) return store
  const token = await readFile(store.tokenFile, 'utf8').catch((error: Error) => {
    throw new Error(`store.tokenFile: ${error.message}; expected a file with the token of InfluxDB`)
  })
  if (token.trim() === '') throw new Error(`store.tokenFile: ${store.tokenFile} is empty; expected the token`)
  return { ...store, token: token.trim() }
}
