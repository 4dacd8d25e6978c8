import { expect, test } from 'vitest'
import { DevicesInGrids } from '../../../../gateway/hub/patrol/coverage/devices-in-grids.ts'
import { GridLocator } from '../../../../gateway/hub/patrol/grids/grid-locator.ts'
import { at, START_MS, trackOfFixes } from '../made-track.ts'
import { EAST_GRID, squareGrid, WEST_GRID } from './made-ground.ts'

test('of grids that adjoin, a place on their border is in one', () => {
  const grids = [squareGrid(WEST_GRID, [0, 0], 100), squareGrid(EAST_GRID, [100, 0], 100)]
  const devices = new DevicesInGrids(new GridLocator(grids), grids.length)
  devices.add(trackOfFixes([{ timeMs: START_MS, ...at(100, 50) }], 'border'))
  devices.add(trackOfFixes([{ timeMs: START_MS, ...at(50, 50) }], 'west'))
  devices.add(trackOfFixes([{ timeMs: START_MS, ...at(50, 500) }], 'north'))
  expect([devices.of(0).includes('border'), devices.of(1).includes('border')].filter(Boolean)).toHaveLength(1)
  expect(devices.of(0)).toContain('west')
  expect([...devices.of(0), ...devices.of(1)]).not.toContain('north')
})
