import { expect, test } from 'vitest'
import { StoreConfig } from '../../../gateway/hub/stores/store-config.ts'

const influx = { kind: 'influxdb', url: 'http://127.0.0.1:8086' }

test.each<[string, object]>([
  ['SQLite', { kind: 'sqlite' }],
  ['InfluxDB 1.x', { ...influx, database: 'gridpatrol' }],
  ['1.x with a login', { ...influx, database: 'gridpatrol', username: 'hub', password: '' }],
  ['2.x', { ...influx, url: 'https://influx.example/base/', bucket: 'b', org: 'o', token: 't' }],
  ['3.x', { ...influx, bucket: 'gridpatrol', token: 'apiv3_x', timeoutS: 5 }],
  ['2.x whose mapping has another name', { ...influx, bucket: 'b', org: 'o', token: 't', database: 'd' }],
])('%s is taken as it is', (_, config) => {
  expect(StoreConfig.parse(config)).toEqual(config)
})

test.each<[string, object, RegExp]>([
  ['another kind', { kind: 'postgres' }, /sqlite|influxdb/],
  ['no place', influx, /expected database \(InfluxDB 1\.x\) or bucket \(2\.x, 3\.x\)/],
  ['no URL', { ...influx, url: '127.0.0.1:8086', database: 'd' }, /expected a URL such as/],
  ['another protocol', { ...influx, url: 'file:///etc', database: 'd' }, /expected a URL such as/],
  [
    'a login in the URL',
    { ...influx, url: 'http://u:p@host:8086', database: 'd' },
    /expected no login inside/,
  ],
  ['a quote in the name', { ...influx, database: 'd"; DROP DATABASE x' }, /expected no slash, quote/],
  ['two tokens', { ...influx, bucket: 'b', token: 't', tokenFile: '/f' }, /not both/],
  ['a timeout of none', { ...influx, database: 'd', timeoutS: 0 }, /timeoutS/],
  ['an unknown key', { ...influx, database: 'd', tokn: 't' }, /tokn/],
  ['SQLite with a URL', { kind: 'sqlite', url: 'x' }, /url/],
])('%s is refused', (_, config, message) => {
  const result = StoreConfig.safeParse(config)
  expect(result.success).toBe(false)
  expect(JSON.stringify(result.error?.issues)).toMatch(message)
})
