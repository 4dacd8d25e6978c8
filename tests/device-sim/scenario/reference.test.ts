import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { SIMULATOR_PAGE, withReference } from './reference.ts'

test('docs/simulator.md lists every field, happening and wire as they are', () => {
  const page = readFileSync(SIMULATOR_PAGE, 'utf8')
  expect(page, 'make it anew: node_modules/.bin/node tests/device-sim/scenario/rebuild-reference.ts').toBe(
    withReference(page),
  )
})
