// The console's script: htmx, and what its pages need beyond it. Every page works without it.

import "htmx.org";
import "./console.css";
