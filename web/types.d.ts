// The nouns that modules share, so that a parameter says what it is in a word; for tsc, not shipped.
// What a module alone speaks of is a typedef of its own.
import type {makeActions} from "./actions.js";
import type {Drawing as ADrawing, Mark as AMark} from "./lib/marks.js";
import type {makeMotion} from "./lib/motion.js";
import type {Event as AnEvent, Row as ARow, Splice as ASplice, Tables as AllTables} from "./lib/replay.js";
import type {Fold as AFold, makeX, Segment as ASegment} from "./lib/scale.js";
import type {Step as AStep} from "./lib/time.js";
import type {Size as ASize, View as AView} from "./lib/view.js";
import type {makeRun} from "./run.js";
import type {Context as AContext, makeScreen} from "./screen.js";
import type {createStore, State as AState} from "./state.js";

declare global {
  type State = AState;
  type Store = ReturnType<typeof createStore>;
  type Context = AContext;
  type Picture = ReturnType<typeof makeScreen>;
  /** What can be done; main.js puts some of it together from other parts. */
  type Actions = ReturnType<typeof makeActions> & Record<string, any>;
  type Motion = ReturnType<typeof makeMotion>;
  /** A text of the catalogue, with its {names} filled in. */
  type Translate = (key: string, params?: Record<string, any>) => string;

  /** A row of a table: its key, and the columns that the manifest names. */
  type Row = ARow;
  type Tables = AllTables;
  type Splice = ASplice;
  /** What the engine says happened; the DOM has the name Event. */
  type BootEvent = AnEvent;
  type Step = AStep;
  /** A run as the page holds it, and what it is asked for and compared with. */
  type Run = ReturnType<typeof makeRun> & {
    asked?: any;
    both?: Record<"true" | "pieces", Fold>;
    glance?: boolean;
  };
  /** Keys of the rows that an event changed, by table. */
  type ChangedRows = Record<string, Set<string>>;
  /** What is so at a position of a run, and what its event has done. */
  interface Moment {
    run: any;
    pos: number;
    event: BootEvent | null;
    tables: Tables;
    changed: ChangedRows;
    removed: Record<string, readonly Row[]>;
    was: Record<string, Map<string, Row>>;
    touched: Set<string>;
    /** Kept when they were worked out once. */
    range?: {is: AddressRange | null};
    owners?: string[];
    bitmap?: {is: any};
  }
  /** What a layout of a view is given: a moment and how to say it. */
  interface ViewInput extends Partial<Omit<Moment, "run" | "bitmap">> {
    tables: Tables;
    t: Translate;
    lang: string;
    /** Bytes of a page. */
    page: number;
    [more: string]: any;
  }

  type Mark = AMark;
  type Drawing = ADrawing;
  type View = AView;
  type Size = ASize;
  /** Base and end, half-open; the DOM has the name Range. */
  type AddressRange = [number, number];
  type Fold = AFold;
  type Segment = ASegment;
  /** Addresses to pixels and back. */
  type LineOfAddresses = ReturnType<typeof makeX>;

  /** What a field of a form tells. */
  type FieldEvent = Event & {target: HTMLInputElement};
}
