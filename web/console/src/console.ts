// The console's script: htmx, and what its pages need beyond it. Every page works without it.

import "htmx.org";
import "./console.css";
import "./analytics.css";
import "./answers.css";
import "./people.css";
import "./trail_page.css";
import "./inbox.css";
import "./teaching.css";
import { startChoosing } from "./choosing";
import { startPolling } from "./polling";
import { startShortcuts } from "./shortcuts";

// The script is deferred, so the page is there.
startChoosing();
startPolling();
startShortcuts();
