import { readFileSync } from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { NotGeoJson } from '../../../gateway/hub/registers/import-features.ts'
import { openRegisters, type RegisterKind } from '../../../gateway/hub/registers/registers.ts'
import { Components, Streets } from '../../../proto/district.ts'
import { realData } from '../../end-to-end/recorded-log.ts'
import { testFolder } from '../../test-folder.ts'

function open(folder = testFolder()) {
  const registers = openRegisters(folder)
  onTestFinished(() => registers.close())
  return registers
}

const collection = (...features: unknown[]) => ({ type: 'FeatureCollection', features })
const component = (code: string, over: object = {}, coordinates: unknown = [121.47, 31.23]) => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates },
  properties: { code, name: '井盖', grid: '310101001001001', ...over },
})
const street = (properties: object | null, id?: string | number) => ({
  type: 'Feature',
  ...(id === undefined ? {} : { id }),
  geometry: {
    type: 'LineString',
    coordinates: [
      [121.47, 31.23],
      [121.48, 31.23],
    ],
  },
  properties,
})
const grid = (code: string) => ({
  type: 'Feature',
  geometry: {
    type: 'Polygon',
    coordinates: [
      [
        [121.47, 31.23],
        [121.48, 31.23],
        [121.48, 31.24],
        [121.47, 31.23],
      ],
    ],
  },
  properties: { code, name: '外滩' },
})
const text = (pieces: Iterable<string>): unknown => JSON.parse([...pieces].join(''))

test('rejects are listed by their place, the rest is kept', () => {
  const registers = open()
  const progress: number[][] = []
  const report = registers.import(
    'components',
    collection(
      component('3101010101000001', { status: 'damaged', colour: 'red' }, [121.47, 31.23, 4]),
      component('31010101010000'),
      component('3101010101000003', {}, [31.23, 121.47]),
      'nothing',
      component('3101010101000005', { grid: '' }),
      component('3101010101000006'),
    ),
    (done, total) => progress.push([done, total]),
  )
  expect(report).toMatchObject({ added: 2, replaced: 0 })
  expect(report.rejected).toEqual([
    { index: 1, reason: 'properties.code: expected a component code of 16 digits' },
    { index: 2, reason: expect.stringMatching(/^geometry\.coordinates\.1: .*90/) },
    { index: 3, reason: expect.stringContaining('expected object') },
    { index: 4, reason: expect.stringContaining('properties.grid') },
  ])
  expect(progress).toEqual([[6, 6]])
  const kept = Components.parse(text(registers.components.collection()))
  expect(kept.features.map(({ properties }) => properties)).toEqual([
    { code: '3101010101000001', name: '井盖', grid: '310101001001001', status: 'damaged' },
    { code: '3101010101000006', name: '井盖', grid: '310101001001001', status: 'intact' },
  ])
})

test('the same code again replaces, the same file again changes nothing', () => {
  const registers = open()
  const file = collection(component('3101010101000001'), component('3101010101000002'))
  expect(registers.import('components', file)).toEqual({ added: 2, replaced: 0, rejected: [] })
  const before = text(registers.components.collection())
  expect(registers.import('components', file)).toEqual({ added: 0, replaced: 2, rejected: [] })
  expect(text(registers.components.collection())).toEqual(before)
  registers.import('components', collection(component('3101010101000002', { name: '雨水箅子', grid: '2' })))
  expect(registers.components.find('3101010101000002')?.properties.name).toBe('雨水箅子')
  expect(registers.components.find('9999999999999999')).toBeUndefined()
  const grids = (code: string) =>
    (text(registers.components.collection(code)) as { features: unknown[] }).features
  expect(grids('2')).toHaveLength(1)
  expect(grids('310101001001001')).toHaveLength(1)
  expect(grids('none')).toEqual([])
})

test.each([
  ['properties.id first', street({ id: 'a', '@id': 7 }, 'w7'), 'a'],
  ["then properties['@id']", street({ '@id': 8756689 }, 'w8756689'), '8756689'],
  ['then the feature id', street(null, 'w8756689'), 'w8756689'],
  ['a number as feature id', street({}, 12), '12'],
])('a street is known by %s', (_name, feature, id) => {
  const registers = open()
  expect(registers.import('streets', collection(feature)).rejected).toEqual([])
  expect(registers.streets.find(id)?.properties.id).toBe(id)
})

test('a street without any id is rejected', () => {
  expect(open().import('streets', collection(street({ name: '思南路' }))).rejected).toEqual([
    { index: 0, reason: expect.stringContaining('properties.id') },
  ])
})

describe('the file as a whole', () => {
  test.each<[string, RegisterKind, unknown, RegExp]>([
    ['no object', 'grids', [1], /expected a GeoJSON FeatureCollection/],
    ['a single feature', 'grids', grid('310101001001001'), /expected a GeoJSON FeatureCollection: type/],
    ['no features', 'grids', { type: 'FeatureCollection' }, /features/],
    [
      'another coordinate system',
      'grids',
      { ...collection(), crs: { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::3857' } } },
      /EPSG::3857.*expected WGS-84/,
    ],
  ])('%s is refused', (_name, kind, file, reason) => {
    expect(() => open().import(kind, file)).toThrow(NotGeoJson)
    expect(() => open().import(kind, file)).toThrow(reason)
  })

  test.each(['urn:ogc:def:crs:OGC:1.3:CRS84', 'EPSG:4326', 'urn:ogc:def:crs:EPSG::4490'])(
    '%s is WGS-84',
    (name) => {
      const file = { ...collection(grid('310101001001001')), crs: { type: 'name', properties: { name } } }
      expect(open().import('grids', file).added).toBe(1)
    },
  )
})

test('thousands of features come out whole and in order of code, a page at a time', () => {
  const registers = open()
  for (const count of [0, 1, 500, 1000, 1750]) {
    const codes = Array.from({ length: count }, (_, i) => `31010101${String(i).padStart(8, '0')}`)
    registers.import('components', collection(...codes.map((code) => component(code))))
    const { features } = text(registers.components.collection()) as {
      features: { properties: { code: string } }[]
    }
    expect(features.map(({ properties }) => properties.code)).toEqual(codes)
    expect(registers.components.count()).toBe(count)
  }
})

const streets = realData('streets/shanghai-huangpu-streets.geojson')
test.runIf(streets)('the OpenStreetMap streets of Huangpu import whole', () => {
  const file = JSON.parse(readFileSync(streets!, 'utf8')) as { features: unknown[] }
  const registers = open()
  const report = registers.import('streets', file)
  expect(report).toEqual({ added: file.features.length, replaced: 0, rejected: [] })
  expect(Streets.parse(text(registers.streets.collection())).features).toHaveLength(file.features.length)
  expect(registers.streets.find('8887999')?.properties).toEqual({
    id: '8887999',
    name: '成都南路',
    highway: 'residential',
  })
})
