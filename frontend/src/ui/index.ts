export { Button, ConfirmButton, type ButtonProps } from "./Button";
export { Icon, type IconName } from "./Icon";
export { Interval, IntervalBar, type IntervalValue } from "./Interval";
export { Empty, ErrorNote, Loading } from "./Messages";
export { Page, Section } from "./Page";
export { SidePanel } from "./SidePanel";
export { Facts, Id, Kbd, Meter, When } from "./Small";
export { CARD, StageCard } from "./StageCard";
export { State, toldState, type Tone } from "./State";
