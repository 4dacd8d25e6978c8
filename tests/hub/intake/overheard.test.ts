import { expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../../gateway/foundation/log.ts'
import type { LoggedRecord } from '../../../gateway/hub/intake/intake-log.ts'
import { Overheard } from '../../../gateway/hub/intake/overheard.ts'
import { eventually } from '../eventually.ts'
import { fixes, ride, up } from '../gateway-messages.ts'

const track = (sequence: number): Buffer => up('ebike-01', sequence, fixes(ride(1)))

test('shows what is readable, bounded, and goes on after a failure', async () => {
  const shown: LoggedRecord[][] = []
  const overheard = new Overheard(async (records) => {
    shown.push(records)
    if (shown.length === 1) throw new Error('not this time')
  }, silentLog())
  overheard.start()
  onTestFinished(() => overheard.stop())
  overheard.take('ebike-01', Buffer.from('nonsense'))
  overheard.take('ebike-02', track(1))
  for (let sequence = 1; sequence <= 1500; sequence++) overheard.take('ebike-01', track(sequence))
  await eventually(() => expect(shown).toHaveLength(1))
  expect(shown[0]!.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1))
  overheard.take('ebike-01', track(7))
  await eventually(() => expect(shown[1]).toMatchObject([{ gateway: 'ebike-01', sequence: 7, lane: 'fix' }]))
})
