import type { DeviceRegister } from '../registers/devices.ts'
import type { TrackStore } from '../stores/track-store.ts'
import { HttpProblem } from './errors.ts'

/**
 * A device is known when a gateway told of it or the store has fixes of it (imported tracks).
 * @throws HttpProblem 404, StoreUnavailable
 */
export async function requireDevice(id: string, devices: DeviceRegister, store: TrackStore): Promise<void> {
  if (devices.find(id) || (await store.lastFix(id))) return
  throw new HttpProblem(404, `device ${id}: nothing is known of it`, 'GET /api/v1/devices lists the devices')
}
