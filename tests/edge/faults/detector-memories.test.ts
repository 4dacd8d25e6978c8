import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { DetectorMemories } from '../../../gateway/edge/faults/detector-memories.ts'
import { silentLog } from '../../../gateway/foundation/log.ts'

test('each fault of each component has its own, over restarts', () => {
  const database = new DatabaseSync(':memory:')
  const before = new DetectorMemories(database, silentLog())
  before.of('1', 'cover_tilted').save({ deg: 1 })
  before.of('1', 'cover_tilted').save({ deg: 2 })
  before.of('2', 'cover_tilted').save({ deg: 3 })
  const after = new DetectorMemories(database, silentLog())
  expect(after.of('1', 'cover_tilted').load()).toEqual({ deg: 2 })
  expect(after.of('2', 'cover_tilted').load()).toEqual({ deg: 3 })
  expect(after.of('1', 'pole_tilted').load()).toBeUndefined()
})

test('what cannot be read is none, and a disk that refuses ends nothing', () => {
  const database = new DatabaseSync(':memory:')
  const memory = new DetectorMemories(database, silentLog()).of('1', 'cover_tilted')
  memory.save({ deg: 1 })
  database.exec('UPDATE detector_memory SET state = \'{"deg"\'')
  expect(memory.load()).toBeUndefined()
  database.exec('PRAGMA query_only = ON')
  memory.save({ deg: 2 })
  database.exec('PRAGMA query_only = OFF')
  memory.save({ deg: 3 })
  expect(memory.load()).toEqual({ deg: 3 })
})
