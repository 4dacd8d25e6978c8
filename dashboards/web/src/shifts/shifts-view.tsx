import { useEffect, useState } from 'react'
import type { Shift } from '../../../../proto/patrol-http.ts'
import { useScene } from '../map/map-view.tsx'
import { localDay } from '../patrol-coverage/shift-hours.ts'
import { go, useScreen } from '../screen.ts'
import { Panel } from '../shell/panel.tsx'
import { ShiftDetail } from './shift-detail.tsx'
import { ShiftForm } from './shift-form.tsx'
import { ShiftList } from './shift-list.tsx'
import './shifts.css'

/** Who patrols which grids when (班次): the shifts of a day, or one of them in full. */
export function ShiftsView() {
  const { shift, fromMs } = useScreen()
  const scene = useScene()
  const [form, setForm] = useState<{ shift: Shift | undefined }>()
  const day = localDay(fromMs ?? Date.now())

  useEffect(() => {
    if (!scene) return
    scene.onPick = ({ kind, id }) => {
      if (kind === 'grid') go({ view: 'coverage', grid: id, item: undefined })
    }
    return () => {
      scene.onPick = undefined
    }
  }, [scene])

  return (
    <>
      <Panel>
        {shift === undefined ? (
          <ShiftList day={day} onCreate={() => setForm({ shift: undefined })} />
        ) : (
          <ShiftDetail key={shift} id={shift} onEdit={(edited) => setForm({ shift: edited })} />
        )}
      </Panel>
      {form && (
        <ShiftForm
          shift={form.shift}
          day={day}
          onClose={(saved) => {
            setForm(undefined)
            if (saved) go({ shift: saved.id })
          }}
        />
      )}
    </>
  )
}
