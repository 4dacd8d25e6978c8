import { Button, Select } from 'antd'
import { useWords } from '../i18n/language.tsx'
import { useFleetRows } from '../live/session.tsx'
import { go, useScreen } from '../screen.ts'
import { MOST_DEVICES } from '../url-state.ts'

/** Whose tracks are replayed: one e-bike, some, or all. */
export function DeviceChoice() {
  const { t } = useWords()
  const { device, devices } = useScreen()
  const chosen = devices ?? (device === undefined ? [] : [device])
  const known = useKnownDevices()
  const options = [...chosen.filter((id) => !known.includes(id)), ...known]
  const choose = (ids: readonly string[]) => {
    const [first] = ids
    const focus = device !== undefined && ids.includes(device) ? device : first
    go({ device: focus, devices: ids.length > 1 ? [...ids] : undefined, atMs: undefined })
  }
  const all = known.slice(0, MOST_DEVICES)
  return (
    <div className="field">
      <span className="field-row">
        <span className="field-label">{t.replay.device}</span>
        {all.length > 1 && (
          <Button
            type="link"
            size="small"
            className="inline-link"
            data-testid="all-devices"
            onClick={() => choose(all)}
          >
            {known.length > all.length ? t.replay.firstDevices(all.length) : t.replay.allDevices(all.length)}
          </Button>
        )}
      </span>
      <Select<string[]>
        mode="multiple"
        showSearch
        aria-label={t.replay.device}
        data-testid="device-select"
        placeholder={t.replay.chooseDevice}
        value={chosen}
        maxCount={MOST_DEVICES}
        maxTagCount={3}
        options={options.map((id) => ({ value: id, label: id }))}
        onChange={choose}
      />
    </div>
  )
}

/** Those that have ever had a place. */
export const useKnownDevices = (): string[] =>
  useFleetRows()
    .filter(({ fix }) => fix)
    .map(({ id }) => id)
