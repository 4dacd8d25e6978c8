import { Button, Select } from 'antd'
import { useWords } from '../i18n/language.tsx'
import { useFleetRows } from '../live/session.tsx'
import { go, useScreen } from '../screen.ts'
import { ALL, MOST_DEVICES } from '../url-state.ts'

/** Whose tracks are replayed: one e-bike, some, or all. */
export function DeviceChoice() {
  const { t } = useWords()
  const { device, devices } = useScreen()
  const named = devices === ALL ? [] : (devices ?? (device === undefined ? [] : [device]))
  const known = useKnownDevices()
  const options = [...named.filter((id) => !known.includes(id)), ...known].map((id) => ({
    value: id,
    label: id,
  }))
  const choose = (ids: readonly string[]) => {
    const [first] = ids
    const focus = device !== undefined && ids.includes(device) ? device : first
    go({ device: focus, devices: ids.length > 1 ? [...ids] : undefined, atMs: undefined })
  }
  const chooseAll = () => go({ device: device ?? known[0], devices: ALL, atMs: undefined })
  return (
    <div className="field">
      <span className="field-row">
        <span className="field-label">{t.replay.device}</span>
        {known.length > 1 && (
          <Button
            type="link"
            size="small"
            className="inline-link"
            data-testid="all-devices"
            onClick={chooseAll}
          >
            {t.replay.allDevices(known.length)}
          </Button>
        )}
      </span>
      <Select<string[]>
        mode="multiple"
        showSearch
        aria-label={t.replay.device}
        data-testid="device-select"
        placeholder={t.replay.chooseDevice}
        value={devices === ALL ? [ALL] : named}
        maxCount={MOST_DEVICES}
        maxTagCount={3}
        options={devices === ALL ? [{ value: ALL, label: t.replay.everyone }, ...options] : options}
        // Whoever chooses one does not mean all any more.
        onChange={(ids) => choose(ids.filter((id) => id !== ALL))}
      />
    </div>
  )
}

/** Those that have ever had a place. */
export const useKnownDevices = (): string[] =>
  useFleetRows()
    .filter(({ fix }) => fix)
    .map(({ id }) => id)
