import { Button, DatePicker } from 'antd'
import dayjs from 'dayjs'
import type { Range } from '../api/client.ts'
import { useWords } from '../i18n/language.tsx'
import { PRESETS, type Preset, presetRange } from '../replay/range-presets.ts'

interface Props {
  range: Range | undefined
  onRange: (range: Range) => void
  label: string
  presets?: readonly Preset[]
}

/** A time range: the usual ones at a press, any other by its two ends. */
export function TimeRange({ range, onRange, label, presets = PRESETS }: Props) {
  const { t } = useWords()
  return (
    <div className="time-range">
      <div className="chips">
        {presets.map((preset) => (
          <Button
            key={preset}
            size="small"
            data-testid={`preset-${preset}`}
            onClick={() => onRange(presetRange(preset, Date.now()))}
          >
            {t.replay.presets[preset]}
          </Button>
        ))}
      </div>
      <DatePicker.RangePicker
        showTime={{ format: 'HH:mm' }}
        format="YYYY-MM-DD HH:mm"
        allowClear={false}
        aria-label={label}
        value={range ? [dayjs(range.fromMs), dayjs(range.toMs)] : null}
        onChange={(ends) => {
          const [from, to] = ends ?? []
          if (from && to?.isAfter(from)) onRange({ fromMs: from.valueOf(), toMs: to.valueOf() })
        }}
      />
    </div>
  )
}
